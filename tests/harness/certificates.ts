import { rmSync } from 'node:fs';
import { afterAll } from 'vitest';
import { makeCertificates, type Certificates } from './make-certificates.ts';

let made: Certificates | undefined;

/** The certificates of `makeCertificates`, made once for all tests of a file. */
export function certificates(): Certificates {
  return (made ??= makeCertificates());
}

afterAll(() => {
  if (made !== undefined) rmSync(made.dir, { recursive: true, force: true });
});

import { fstatSync, readSync } from 'node:fs';

/** Where bytes of an RDB come from. */
export interface RdbSource {
  /** How many bytes it has altogether, where that is known. */
  readonly size: number | undefined;
  /** Puts the next bytes into a buffer, at least one if it has any. @returns how many; 0 at the end */
  read(into: Buffer): number;
}

/** An open file from its beginning. The caller closes it. @throws Error of the file system when it cannot be read */
export function fileSource(fd: number): RdbSource {
  return { size: fstatSync(fd).size, read: (into) => readSync(fd, into) };
}

/** A source without bytes of its own: the reader has been given all of them. */
export function noSource(size: number): RdbSource {
  return { size, read: () => 0 };
}

import type { Certificates } from '../harness/make-certificates.ts';
import type { Tls } from './lab.ts';

/** Each side shows a certificate that the tests' own authority has signed, and requires one. */
export function tlsWith({ path, flags, of }: Certificates): Tls {
  const sentinel = [
    `tls-cert-file ${path('server.crt')}`,
    `tls-key-file ${path('server.key')}`,
    `tls-ca-cert-file ${path('ca.crt')}`,
  ];
  return { flags, sentinel, secure: of('client') };
}

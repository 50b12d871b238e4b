import type { Certificates } from '../harness/make-certificates.ts';
import type { Tls } from './lab.ts';

/** Everybody shows a certificate of the authority of the tests, and asks for one. */
export function tlsWith({ path, flags, of }: Certificates): Tls {
  const sentinel = [
    `tls-cert-file ${path('server.crt')}`,
    `tls-key-file ${path('server.key')}`,
    `tls-ca-cert-file ${path('ca.crt')}`,
  ];
  return { flags, sentinel, secure: of('client') };
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

/** Certificates that an authority of the tests' own has signed, made by `openssl`. */
export interface Certificates {
  readonly dir: string;
  /** The path of a file in it: `ca.crt`, `server.key`. */
  path(name: string): string;
  /** The flags of a server that has the certificate `server`, and trusts the authority. */
  readonly flags: readonly string[];
  /** The options of a client that trusts the authority. `name`: the certificate that the client sends, `client` or `stranger`. */
  of(name?: string): ConnectionOptions;
}

/** `server` and `client` are signed by the authority, `stranger` by itself; the key of `locked` has the password `open`. */
export function makeCertificates(): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-tls-'));
  const path = (name: string) => join(dir, name);
  const own = ['-x509', '-days', '2', '-nodes'];
  openssl('req', ...own, ...key('ca'), '-subj', '/CN=authority', '-out', path('ca.crt'));
  openssl('req', ...own, ...key('stranger'), '-subj', '/CN=stranger', '-out', path('stranger.crt'));
  for (const name of ['server', 'client', 'locked']) {
    openssl('req', '-nodes', ...key(name), '-subj', `/CN=${name}`, '-out', path(`${name}.csr`));
    const signer = ['-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-CAcreateserial'];
    openssl('x509', '-req', '-days', '2', '-in', path(`${name}.csr`), ...signer, '-out', path(`${name}.crt`));
  }
  openssl('pkey', '-in', path('locked.key'), '-aes256', '-passout', 'pass:open', '-out', path('locked.key.enc'));
  return {
    dir,
    path,
    flags: ['--tls-cert-file', path('server.crt'), '--tls-key-file', path('server.key'), '--tls-ca-cert-file', path('ca.crt')],
    of: (name) => ({
      ca: readFileSync(path('ca.crt')),
      checkServerIdentity: () => undefined,
      ...(name === undefined ? {} : { cert: readFileSync(path(`${name}.crt`)), key: readFileSync(path(`${name}.key`)) }),
    }),
  };

  function key(name: string): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', path(`${name}.key`)];
  }
}

function openssl(...args: string[]): void {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${error?.message ?? stderr}`);
}

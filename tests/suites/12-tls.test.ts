import { certificates } from '../harness/certificates.ts';
import { answersPing, freePort } from '../harness/process.ts';
import { secured } from '../harness/secured.ts';
import { describe, expect, info, needsFlags, secureClient, server, test, until } from '../harness/suite.ts';
import type { Client } from '../harness/suite.ts';

/** Starts a server that has to refuse these flags. @returns what it printed */
async function refusal(...flags: string[]): Promise<string> {
  try {
    await server(...flags);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the server started, and should not have');
}

describe('TLS', () => {
  test('pipelines and transactions come through as they are', async () => {
    const { tlsPort } = await secured();
    const c = await secureClient(tlsPort, certificates().of('client'));
    const replies = Array.from({ length: 2000 }, (_, i) => c.sendLater('SET', `k${i}`, 'x'.repeat(100)).ok());
    await Promise.all(replies);
    await c.expect('DBSIZE').int(2000);
    await c.expect('QUIT').ok();
    await c.closed();
  });

  test('a plain client gets nowhere on the port for TLS', async () => {
    const { tlsPort } = await secured();
    expect(await answersPing('127.0.0.1', tlsPort)).toBe(false);
    const c = await secureClient(tlsPort, certificates().of('client'));
    await c.expect('PING').status('PONG');
  });

  test('a client does not trust a server of another authority', async () => {
    const files = certificates();
    const { tlsPort } = await secured('--tls-cert-file', files.path('stranger.crt'), '--tls-key-file', files.path('stranger.key'));
    await expect(secureClient(tlsPort, files.of('client'))).rejects.toThrow(/self.signed/);
  });
});

describe('certificates of clients', () => {
  test('yes: without one, or with one of a stranger, the connection ends', async () => {
    const { tlsPort } = await secured();
    for (const name of [undefined, 'stranger']) expect(await isServed(tlsPort, name)).toBe(false);
    expect(await isServed(tlsPort, 'client')).toBe(true);
  });

  test('a refused client is noted in the log', async () => {
    const { own, tlsPort } = await secured();
    expect(await isServed(tlsPort)).toBe(false);
    await until(() => own.output().includes('Error accepting a client connection'), 'a line in the log');
  });

  test('optional: none is needed, but one that is shown has to be good', async () => {
    const { tlsPort } = await secured('--tls-auth-clients', 'optional');
    expect(await isServed(tlsPort)).toBe(true);
    expect(await isServed(tlsPort, 'client')).toBe(true);
    expect(await isServed(tlsPort, 'stranger')).toBe(false);
  });

  test('no: no client is asked for a certificate', async () => {
    const { tlsPort } = await secured('--tls-auth-clients', 'no');
    for (const name of [undefined, 'client', 'stranger']) expect(await isServed(tlsPort, name)).toBe(true);
  });

  test('CONFIG SET changes that for later connections', async () => {
    const { own, tlsPort } = await secured();
    const plain = await own.client();
    expect(await isServed(tlsPort)).toBe(false);
    await plain.expect('CONFIG', 'SET', 'tls-auth-clients', 'no').ok();
    expect(await isServed(tlsPort)).toBe(true);
  });

  /** Whether a client with this certificate gets an answer. */
  async function isServed(port: number, name?: string): Promise<boolean> {
    try {
      const c = await secureClient(port, certificates().of(name));
      const reply = await c.send('PING');
      return String(reply) !== '' && JSON.stringify(reply).includes('PONG');
    } catch {
      return false;
    }
  }
});

describe('options of TLS at run time', () => {
  test('another certificate: connections go on, new ones see it', async () => {
    const files = certificates();
    const { own, tlsPort } = await secured();
    const [plain, before] = [await own.client(), await secureClient(tlsPort, files.of('client'))];
    await plain.expect('CONFIG', 'SET', 'tls-cert-file', files.path('stranger.crt'), 'tls-key-file', files.path('stranger.key')).ok();
    await before.expect('PING').status('PONG');
    await expect(secureClient(tlsPort, files.of('client'))).rejects.toThrow(/self.signed/);
  });

  test('what cannot be used is refused, and the old one stays', async () => {
    const files = certificates();
    const { own, tlsPort } = await secured();
    const plain = await own.client();
    await plain.expect('CONFIG', 'SET', 'tls-cert-file', '/nowhere/server.crt').errorLike(/^ERR CONFIG SET failed/);
    await plain.expect('CONFIG', 'SET', 'tls-cert-file', files.path('client.crt')).errorLike(/^ERR CONFIG SET failed/);
    await plain.expect('CONFIG', 'SET', 'tls-protocols', 'TLSv9').errorLike(/^ERR CONFIG SET failed/);
    await plain.expect('CONFIG', 'GET', 'tls-cert-file').array(['tls-cert-file', files.path('server.crt')]);
    const c = await secureClient(tlsPort, files.of('client'));
    await c.expect('PING').status('PONG');
  });

  test('tls-port: opened, moved, closed', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const own = await server(...certificates().flags);
    const plain = await own.client();
    await plain.expect('CONFIG', 'SET', 'tls-port', first).ok();
    const before = await opened(first);
    await plain.expect('CONFIG', 'SET', 'tls-port', second).ok();
    await opened(second);
    await before.expect('PING').status('PONG');
    await expect(secureClient(first, certificates().of('client'))).rejects.toThrow();
    await plain.expect('CONFIG', 'SET', 'tls-port', '0').ok();
    await expect(secureClient(second, certificates().of('client'))).rejects.toThrow();
  });

  /** A connection to a port that may be opened in a moment. */
  function opened(port: number): Promise<Client> {
    return until(() => secureClient(port, certificates().of('client')).catch(() => undefined), `port ${port}`) as Promise<Client>;
  }

  test('versions of the protocol', async () => {
    const { own, tlsPort } = await secured('--tls-protocols', 'TLSv1.2');
    await expect(secureClient(tlsPort, { ...certificates().of('client'), minVersion: 'TLSv1.3' })).rejects.toThrow();
    const c = await secureClient(tlsPort, { ...certificates().of('client'), maxVersion: 'TLSv1.2' });
    await c.expect('PING').status('PONG');
    await (await own.client()).expect('CONFIG', 'SET', 'tls-protocols', 'TLSv1.3').ok();
    await expect(secureClient(tlsPort, { ...certificates().of('client'), maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  test('a key with a password', async () => {
    const files = certificates();
    const locked = ['--tls-cert-file', files.path('locked.crt'), '--tls-key-file', files.path('locked.key.enc')];
    const { tlsPort } = await secured(...locked, '--tls-key-file-pass', 'open');
    const c = await secureClient(tlsPort, files.of('client'));
    await c.expect('PING').status('PONG');
  });
});

describe('what is wrong with a certificate is said at the start', () => {
  test('a file that is not there, and one that is none', async () => {
    needsFlags();
    const files = certificates();
    const port = String(await freePort());
    const said = await refusal(...files.flags, '--tls-port', port, '--tls-cert-file', '/nowhere/server.crt');
    expect(said).toContain('/nowhere/server.crt');
    expect(await refusal(...files.flags, '--tls-port', port, '--tls-cert-file', files.path('ca.key'))).toContain('ca.key');
  });

  test('no certificate at all, no authority', async () => {
    needsFlags();
    const files = certificates();
    const port = String(await freePort());
    expect(await refusal('--tls-port', port)).toMatch(/tls-cert-file/);
    expect(await refusal(...files.flags.slice(0, 4), '--tls-port', port)).toMatch(/tls-ca-cert-file/);
  });
});

describe('replication over TLS', () => {
  test('a replica follows by TLS, and shows its own certificate', async () => {
    const { own: primary, tlsPort } = await secured('--repl-diskless-sync-delay', '0');
    const { own: replica } = await secured('--tls-replication', 'yes');
    const [above, below] = [await primary.client(), await replica.client()];
    await above.expect('SET', 'before', 'x'.repeat(200_000)).ok();
    await below.expect('REPLICAOF', '127.0.0.1', tlsPort).ok();
    await until(async () => (await info(below, 'replication'))['master_link_status'] === 'up', 'the link');
    await above.expect('SET', 'after', 'v').ok();
    await above.expect('WAIT', '1', '5000').int(1);
    await below.expect('GET', 'before').bulk('x'.repeat(200_000));
    await below.expect('GET', 'after').bulk('v');
  });
});

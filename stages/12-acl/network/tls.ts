import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connect, createSecureContext, createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { log } from '#shared/log.ts';
import { fsPath, systemReason } from '#shared/options/paths.ts';
import type { Options } from '../options.ts';

/** How long a client may take to agree on keys; ms. */
const HANDSHAKE_MS = 10_000;

/**
 * TLS for both directions: sockets that have been accepted become encrypted ones, and this server connects to its primary
 * or to the target of MIGRATE. Certificates are read when options change; connections keep those with which they began (Redis: tls.c).
 */
export class Tls {
  private readonly options: Options;
  private outgoing: SecureContextOptions | undefined;
  /** It listens on no port: another listener passes its sockets on to it. */
  private acceptor: Server | undefined;
  private done: (secured: Socket) => void = () => {};

  constructor(options: Options) {
    this.options = options;
  }

  /** Reads certificates and keys, if TLS is used. @throws Error with one line that names the file */
  configure(): void {
    const { options } = this;
    if (options['tls-port'] === 0 && !connectsByTls(options)) return;
    const own = readIdentity(options, 'tls');
    const common = readCommon(options);
    const outgoing = options['tls-client-cert-file'] === '' ? own : readIdentity(options, 'tls-client');
    check({ ...common, ...own });
    check({ ...common, ...outgoing });
    this.outgoing = { ...common, ...outgoing };
    this.acceptor = this.createAcceptor({ ...common, ...own });
  }

  /** Begins the handshake on a socket. `done` is called once client and server trust each other. */
  secure(socket: Socket, done: (secured: Socket) => void): void {
    this.done = done; // it is the same for all of them
    socket.on('error', () => {}); // 'close' follows
    this.acceptor!.emit('connection', socket);
  }

  /** A connection to a server whose certificate an authority of ours has signed, whatever its name is, as in Redis. */
  connect(host: string, port: number): TLSSocket {
    const socket = connect({ ...this.outgoing, host, port, checkServerIdentity: () => undefined });
    return socket.on('error', (error) => (error.message = reasonOf(error)));
  }

  private createAcceptor(context: SecureContextOptions): Server {
    const { 'tls-auth-clients': authClients } = this.options;
    const acceptor = createServer({
      ...context,
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: authClients !== 'no',
      // `reasonToRefuse` looks at the certificate: a refusal is to be seen in the log.
      rejectUnauthorized: false,
    });
    acceptor.on('tlsClientError', (error, socket) => {
      log.warning(`Error accepting a client connection: ${reasonOf(error)} (${socket.remoteAddress})`);
      socket.destroy();
    });
    acceptor.on('secureConnection', (socket) => {
      const reason = reasonToRefuse(socket, authClients);
      if (reason === undefined) return this.done(socket);
      log.warning(`Error accepting a client connection: ${reason} (${socket.remoteAddress})`);
      socket.destroy();
    });
    return acceptor;
  }
}

/** Under `optional` a client needs no certificate, but one that it shows has to be good. */
function reasonToRefuse(socket: TLSSocket, authClients: Options['tls-auth-clients']): string | undefined {
  if (authClients === 'no' || socket.authorized) return undefined;
  const shown = Object.keys(socket.getPeerCertificate()).length > 0;
  if (!shown && authClients === 'optional') return undefined;
  return shown ? `the client's certificate is not good: ${String(socket.authorizationError)}` : 'the client has no certificate';
}

/** A certificate and its key, by the options that begin with `tls-` or `tls-client-`. */
function readIdentity(options: Options, prefix: 'tls' | 'tls-client'): SecureContextOptions {
  const [cert, key, pass] = [options[`${prefix}-cert-file`], options[`${prefix}-key-file`], options[`${prefix}-key-file-pass`]];
  if (cert === '') throw new Error(`TLS needs a certificate: ${prefix}-cert-file is not set`);
  if (key === '') throw new Error(`TLS needs a private key: ${prefix}-key-file is not set`);
  const identity = { cert: read('certificate', cert), key: read('private key', key), passphrase: pass };
  check({ cert: identity.cert }, `Failed to load certificate: ${fsPath(cert)}`);
  check({ key: identity.key, passphrase: pass }, `Failed to load private key: ${fsPath(key)}`);
  check(identity, `The private key ${fsPath(key)} does not belong to the certificate ${fsPath(cert)}`);
  return identity;
}

/** What is the same in both directions. */
function readCommon(options: Options): SecureContextOptions {
  const { oldest, newest } = options['tls-protocols'];
  const ca = readAuthorities(options);
  const ciphers = [options['tls-ciphersuites'], options['tls-ciphers']].filter((text) => text !== '').join(':');
  return {
    minVersion: oldest,
    maxVersion: newest,
    honorCipherOrder: options['tls-prefer-server-ciphers'],
    ...(ca.length > 0 ? { ca } : {}),
    ...(ciphers !== '' ? { ciphers } : {}),
  };
}

/** Whether this server is a client of TLS itself. */
function connectsByTls(options: Options): boolean {
  return options['tls-replication'] || options['tls-cluster'];
}

function readAuthorities(options: Options): Buffer[] {
  const { 'tls-ca-cert-file': file, 'tls-ca-cert-dir': dir } = options;
  if (file === '' && dir === '' && (options['tls-auth-clients'] !== 'no' || connectsByTls(options))) throw new Error(NO_AUTHORITY);
  const files = file === '' ? [] : [file];
  if (dir !== '') files.push(...filesIn(dir));
  return files.map((path) => {
    const ca = read('CA certificate', path);
    check({ ca }, `Failed to load CA certificate: ${fsPath(path)}`);
    return ca;
  });
}

function filesIn(dir: string): string[] {
  try {
    const entries = readdirSync(fsPath(dir), { withFileTypes: true, encoding: 'latin1' });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => join(dir, name));
  } catch (error) {
    throw new Error(`Failed to read the CA certificates of ${fsPath(dir)}: ${systemReason(error)}`);
  }
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(fsPath(path));
  } catch (error) {
    throw new Error(`Failed to load ${what}: ${fsPath(path)}: ${systemReason(error)}`);
  }
}

/** @throws Error in one line */
function check(context: SecureContextOptions, what = 'Failed to configure TLS'): void {
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`${what}: ${reasonOf(error)}`);
  }
}

/** What is wrong, without OpenSSL's numbers and places. */
function reasonOf(error: unknown): string {
  const { reason, message } = error as Error & { reason?: string };
  return reason ?? message.split('\n')[0]!;
}

const NO_AUTHORITY =
  'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled';

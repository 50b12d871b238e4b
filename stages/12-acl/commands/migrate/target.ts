import { connect, type Socket } from 'node:net';
import { DecodeError, ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import type { Tls } from '../../network/tls.ts';

/** How long a connection is kept after its last use (Redis: MIGRATE_SOCKET_CACHE_TTL), in ms. */
const KEPT_MS = 10_000;

/** What went wrong with a connection, in Redis's words: `connecting to the client`. */
export class TargetError extends Error {}

const kept = new Map<string, Target>();

/** A server that keys are sent to: one connection, whose requests are answered in order. */
export class Target {
  /** The database that is selected there; undefined: it is not known. */
  db: number | undefined = 0;
  /** Whether it has been used before: the other side may have closed it since. */
  used = false;
  private readonly name: string;
  private readonly socket: Socket;
  private readonly decoder = new ReplyDecoder();
  private readonly replies: Decoded[] = [];
  private error: TargetError | undefined;
  private wake = (): void => {};
  private forgetting: NodeJS.Timeout | undefined;

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.received(chunk));
    socket.on('timeout', () => this.fail());
    socket.on('error', () => this.fail());
    socket.on('close', () => this.fail());
  }

  /** A connection that is kept, or a new one, encrypted if there is `tls` (Redis: `migrateGetSocket`). @throws TargetError */
  static async open(host: string, port: number, timeout: number, tls?: Tls): Promise<Target> {
    const name = `${host}:${port}`;
    const old = kept.get(name);
    if (old !== undefined) {
      clearTimeout(old.forgetting);
      old.socket.setTimeout(timeout);
      return old;
    }
    const target = new Target(name, await connected(host, port, timeout, tls));
    kept.set(name, target);
    return target;
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The next reply. @throws TargetError when there is none, or for too long nothing comes */
  async reply(): Promise<Decoded> {
    while (this.replies.length === 0) {
      if (this.error !== undefined) throw this.error;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.replies.shift()!;
  }

  /** It serves the next MIGRATE, if that comes soon. */
  keep(): void {
    this.used = true;
    this.socket.setTimeout(0);
    this.forgetting = setTimeout(() => this.close(), KEPT_MS);
    this.forgetting.unref();
    this.socket.unref();
  }

  close(): void {
    clearTimeout(this.forgetting);
    if (kept.get(this.name) === this) kept.delete(this.name);
    this.socket.destroy();
  }

  private received(chunk: Buffer): void {
    this.decoder.feed(chunk);
    try {
      for (let reply = this.decoder.next(); reply !== undefined; reply = this.decoder.next()) this.replies.push(reply);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.fail();
    }
    this.wake();
  }

  private fail(): void {
    this.error ??= new TargetError(READING);
    this.close();
    this.wake();
  }
}

/** Redis notices a refused connection at its first write, unless that is encrypted. */
function connected(host: string, port: number, timeout: number, tls: Tls | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (port < 1 || port > 65535) return reject(new TargetError(CONNECTING));
    const socket = (tls?.connect(host, port) ?? connect({ host, port })).setNoDelay().setTimeout(timeout);
    const failed = (text: string) => {
      socket.destroy();
      reject(new TargetError(text));
    };
    const timedOut = () => failed(CONNECTING);
    const broken = (error: NodeJS.ErrnoException) => failed(error.code === 'ECONNREFUSED' && tls === undefined ? WRITING : CONNECTING);
    socket.once('timeout', timedOut);
    socket.once('error', broken);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => resolve(socket.off('timeout', timedOut).off('error', broken)));
  });
}

const CONNECTING = 'connecting to the client';
const WRITING = 'writing to target instance';
/** When the target is silent, or has closed the connection. */
export const READING = 'reading to target instance';

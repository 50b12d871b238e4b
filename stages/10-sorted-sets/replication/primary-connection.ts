import { connect, type Socket } from 'node:net';
import { ReplyWriter } from '#shared/resp/encoder.ts';

/** The longest line that a primary sends; bytes. */
const MAX_LINE = 64 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * A replica's connection to its primary: first lines, one in reply to each request, then bytes. Every promise is
 * rejected when the connection ends.
 */
export class PrimaryConnection {
  readonly socket: Socket;
  /** When the last bytes came; ms since 1970. */
  lastIo = Date.now();
  /** Bytes that have come and were not read yet. */
  private rest: Buffer = NOTHING;
  private receiver: ((bytes: Buffer) => void) | undefined;
  private onEnd: ((reason: Error) => void) | undefined;
  private reason = 'the primary has closed the connection';
  private readonly stats: { linkRead: number };

  constructor(host: string, port: number, noDelay: boolean, stats: { linkRead: number }) {
    this.stats = stats;
    this.socket = connect({ host, port, noDelay });
    this.socket.on('data', (chunk: Buffer) => this.received(chunk));
    this.socket.on('error', (error) => (this.reason = error.message));
    this.socket.on('close', () => this.onEnd?.(new Error(this.reason)));
  }

  connected(): Promise<void> {
    return this.until((resolve) => this.socket.once('connect', resolve));
  }

  /** Sends a command. */
  send(...command: string[]): void {
    const request = new ReplyWriter();
    request.write(command);
    this.socket.write(request.take() as string, 'latin1');
  }

  /** Sends a command. @returns the line that answers it */
  ask(...command: string[]): Promise<string> {
    this.send(...command);
    return this.line();
  }

  /** The next line that is not empty: empty ones only say that the primary lives. */
  line(): Promise<string> {
    return this.until((resolve) => {
      let text = NOTHING;
      this.receive((bytes) => {
        text = Buffer.concat([text, bytes]);
        for (let end = text.indexOf(LF); end !== -1; end = text.indexOf(LF)) {
          const line = text.toString('latin1', 0, end > 0 && text[end - 1] === CR ? end - 1 : end);
          text = text.subarray(end + 1);
          if (line === '') continue;
          this.keep(text);
          return resolve(line);
        }
        if (text.length > MAX_LINE) this.end('what should be a line has no end');
      });
    });
  }

  /** Gives all bytes to `receiver`, those first that have come already. */
  receive(receiver: (bytes: Buffer) => void): void {
    const { rest } = this;
    this.rest = NOTHING;
    this.receiver = receiver;
    if (rest.length > 0) receiver(rest);
  }

  /** Keeps what comes from now on, after `rest`, for the next caller. */
  keep(rest: Buffer): void {
    this.receiver = undefined;
    this.rest = rest;
  }

  /** Rejects when the connection ends, unless `resolve` was called before. */
  until<T>(begin: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new Error(this.reason));
      this.onEnd = reject;
      begin(resolve);
    });
  }

  end(reason: string): void {
    if (!this.socket.destroyed) this.reason = reason;
    this.receiver = undefined;
    this.socket.destroy();
  }

  private received(chunk: Buffer): void {
    this.stats.linkRead += chunk.length;
    this.lastIo = Date.now();
    if (this.receiver !== undefined) this.receiver(chunk);
    else this.rest = Buffer.concat([this.rest, chunk]);
  }
}

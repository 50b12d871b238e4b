import { connect, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';
import { DecodeError, ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import { Expectation, type Arrival } from './expectation.ts';
import type { Protocol } from './expected.ts';
import { failureText, type Exchange, type Failure } from './failure.ts';
import { answersPing } from './process.ts';
import { graceMs, JUDGES_FOREIGN, replyMs, sleep, TimeoutError, within } from './time.ts';

/** How long to wait for the rest of a reply whose first bytes are wrong already; ms. */
const WRONG_MS = 300;
/** How long `silent` listens when it cannot use a marker; ms. */
const SILENCE_MS = 30;
/** How long `close` waits for the server to close its end; ms. */
const CLOSE_MS = JUDGES_FOREIGN ? 250 : 2_000;
const HISTORY = 6;

type Word = string | number | bigint;

/** A place in the queue of expected replies. */
interface Slot {
  /** Counts the replies expected on this connection. */
  readonly number: number;
  readonly sent: readonly string[] | string | null;
  readonly arrival: Promise<Arrival>;
  settle(arrival: Arrival): void;
}

/** A raw connection to a server, as a test uses it. All bytes are binary strings. */
export class Client {
  protocol: Protocol = 2;
  /**
   * Waits until the server sees this client blocked (`count`: that many clients in all). Set by the suite.
   */
  blocked: (count?: number) => Promise<void> = async () => {};

  private readonly socket: Socket;
  private readonly whenClosed: Promise<boolean>;
  /** Why no more bytes will come, or null. */
  private ending: string | null = null;
  private decoder = new ReplyDecoder();
  /** Bytes received that are not yet part of an expected reply. */
  private unclaimed = '';
  private slots: Slot[] = [];
  private readonly history: (Exchange & { number: number; at: number })[] = [];
  private expected = 0;
  private lastWritten: readonly string[] | string | null = null;
  private onData: () => void = () => {};
  /** When bytes last moved on this connection, in either direction: Unix time in ms. */
  private moved = Date.now();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.received(chunk.toString('latin1')));
    socket.on('error', (error) => (this.ending ??= `the connection broke: ${error.message}`));
    this.whenClosed = new Promise((resolve) => socket.once('close', () => resolve(this.ended())));
  }

  /** Connects, by TLS if `secure` is given. @throws Error when no server listens there, or one side does not trust the other. */
  static async open(host: string, port: number, secure?: ConnectionOptions): Promise<Client> {
    const socket = secure === undefined ? connect({ host, port }) : connectSecurely({ ...secure, host, port });
    await new Promise<void>((resolve, reject) => {
      socket.once(secure === undefined ? 'connect' : 'secureConnect', resolve);
      socket.once('error', reject);
    });
    return new Client(socket);
  }

  /**
   * Sends a command; its reply is asserted by the method called on the result: `await c.expect('PING').status('PONG')`.
   */
  expect(...args: Word[]): Expectation {
    const words = args.map(String);
    this.write(encodeRequest(words));
    this.lastWritten = words;
    return this.expectation(words);
  }

  /** Sends a command whose reply comes later, such as BLPOP: assert it when it is due, or look at `.reply`. */
  sendLater(...args: Word[]): Expectation {
    return this.expect(...args);
  }

  /** Sends a command and resolves to its decoded reply; an error reply is a value here, not thrown. */
  send(...args: Word[]): Promise<Decoded> {
    return this.expect(...args).reply;
  }

  /** Expects a reply to bytes sent by `write`, or a message that the server sends without a request. */
  receive(): Expectation {
    return this.expectation(this.lastWritten);
  }

  /** Writes bytes as they are. */
  write(bytes: string): void {
    this.socket.write(bytes, 'latin1', () => (this.moved = Date.now()));
    this.lastWritten = bytes;
  }

  /** The next bytes must be exactly these. No other reply may be pending. */
  async raw(expected: string): Promise<void> {
    const site = new Error();
    const start = Date.now();
    const left = () => Math.max(start, this.moved) + replyMs() - Date.now();
    const isWhole = () => this.unclaimed.length >= expected.length || this.ending !== null;
    while (!isWhole() && (left() > 0 || (await this.hasMovedLate()))) {
      const wrong = !expected.startsWith(this.unclaimed);
      const more = await within(
        wrong ? WRONG_MS : left(),
        new Promise<true>((resolve) => (this.onData = () => resolve(true))),
      );
      if (wrong && !more) break;
    }
    const received = this.unclaimed.slice(0, expected.length);
    if (received !== expected) {
      const late = received.length < expected.length && this.ending === null && expected.startsWith(received);
      const ending = received.length < expected.length ? (this.ending ?? 'nothing more came') : undefined;
      this.fail({ sent: this.lastWritten, expected: { bytes: expected }, received: this.unclaimed, ending, late }, site);
    }
    this.unclaimed = this.unclaimed.slice(expected.length);
    this.decoder = new ReplyDecoder();
    this.decoder.feed(this.unclaimed);
    this.remember({ number: ++this.expected, sent: this.lastWritten }, received);
  }

  /**
   * Expects that the server has sent nothing more. Sends PING and expects its reply next, unless another reply is pending:
   * so do not call it inside MULTI.
   */
  async silent(): Promise<void> {
    const site = new Error();
    if (this.slots.length > 0) await sleep(SILENCE_MS);
    else if (this.ending === null) {
      const marker = encodeRequest([`marker-${++markers}`]).slice('*1\r\n'.length);
      const slot = this.expectSlot(null);
      this.write(`*2\r\n$4\r\nPING\r\n${marker}`);
      const { raw, ending } = await this.settled(slot);
      // In subscribed mode RESP2 answers with an array that ends in the marker.
      if (!raw.endsWith(marker)) this.fail({ sent: null, expected: { words: 'nothing' }, received: raw, ending }, site);
    }
    if (this.unclaimed !== '')
      this.fail({ sent: null, expected: { words: 'nothing' }, received: this.unclaimed }, site);
  }

  /** Expects the server to close the connection without sending anything more. */
  async closed(): Promise<void> {
    const site = new Error();
    const words = 'the server closes the connection, and says nothing more';
    const isClosed = (await within(replyMs(), this.whenClosed)) || ((await this.hasMovedLate()) && this.ending !== null);
    const ending = isClosed ? undefined : 'it stayed open';
    if (ending || this.unclaimed !== '') {
      const late = ending !== undefined;
      this.fail({ sent: this.lastWritten, expected: { words }, received: this.unclaimed, ending, late }, site);
    }
  }

  /**
   * Closes our end and waits until the server has closed its own, so that this client is no longer in its lists.
   * @returns a function that fails the test, when more bytes came than were expected; null when none did, or a reply is pending.
   */
  async close(): Promise<(() => never) | null> {
    const pending = this.slots.length > 0;
    this.socket.resume();
    this.socket.end();
    await within(CLOSE_MS, this.whenClosed);
    this.socket.destroy();
    if (pending || this.unclaimed === '') return null;
    const words = 'nothing more until the end of the test';
    return () =>
      this.fail({ sent: this.lastWritten, expected: { words }, received: '', extra: this.unclaimed }, new Error());
  }

  /** Whether the server has not closed the connection yet. */
  get isOpen(): boolean {
    return this.ending === null && !this.socket.destroyed && !this.socket.readableEnded;
  }

  /** Resets the connection (RST). */
  destroy(): void {
    this.ending ??= 'the test cut the connection';
    this.socket.resetAndDestroy();
  }

  /** Stops reading, so that the server's output piles up, until `resume`. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The latest request of this connection that was answered, and its reply. */
  get lastExchange(): (Exchange & { at: number }) | null {
    return this.history.at(-1) ?? null;
  }

  /** Whether a reply is expected that has not come. */
  get pending(): boolean {
    return this.slots.length > 0;
  }

  /** The oldest request that has no reply yet; null when there is none. */
  get waitsFor(): readonly string[] | string | null {
    return this.slots[0]?.sent ?? null;
  }

  /** Throws the failure with the stack of the test's line, and with the exchanges before the reply of this number. */
  fail(failure: Failure, site: Error, number = Infinity): never {
    const history = this.history.filter((exchange) => exchange.number < number);
    const text = failureText({ history, ...failure });
    const error = failure.late ? new TimeoutError(text) : new Error(text);
    error.name = 'Unexpected reply';
    const frames = (site.stack ?? '').split('\n').slice(1);
    error.stack = `${error.name}: ${error.message}\n${frames.join('\n')}`;
    throw error;
  }

  private expectation(sent: Slot['sent']): Expectation {
    const slot = this.expectSlot(sent);
    return new Expectation({
      sent,
      protocol: () => this.protocol,
      settled: (expected, due) => this.settled(slot, expected, due),
      fail: (failure, site) => this.fail(failure, site, slot.number),
    });
  }

  private expectSlot(sent: Slot['sent']): Slot {
    let settle!: (arrival: Arrival) => void;
    const arrival = new Promise<Arrival>((resolve) => (settle = resolve));
    const slot = { number: ++this.expected, sent, arrival, settle };
    this.slots.push(slot);
    this.deliver();
    return slot;
  }

  /** Waits for a slot's reply, and only briefly if the bytes so far cannot become the expected ones. */
  private async settled(slot: Slot, expected?: string, due = Date.now()): Promise<Arrival> {
    for (;;) {
      const arrival = await within(WRONG_MS, slot.arrival);
      if (arrival) return arrival;
      if (expected !== undefined && this.slots[0] === slot && !expected.startsWith(this.unclaimed)) {
        return { raw: this.unclaimed, ending: 'the bytes so far are not a complete reply' };
      }
      if (Date.now() > Math.max(due, this.moved) + replyMs() && !(await this.hasMovedLate()))
        return { raw: this.unclaimed, ending: `no complete reply within ${replyMs() / 1000} s`, late: true };
    }
  }

  /**
   * Whether bytes have moved while the server answered a PING of another connection: where the time for a reply is
   * short, this distinguishes a busy machine from a silent server.
   */
  private async hasMovedLate(): Promise<boolean> {
    const { moved } = this;
    const { remoteAddress, remotePort } = this.socket;
    if (graceMs() > 0 && remoteAddress !== undefined) await answersPing(remoteAddress, remotePort!, graceMs());
    return this.moved > moved || this.ending !== null;
  }

  private received(text: string): void {
    this.moved = Date.now();
    this.unclaimed += text;
    this.decoder.feed(text);
    this.deliver();
    this.onData();
  }

  /** Gives complete replies to the slots that wait for them, in order. */
  private deliver(): void {
    while (this.slots.length > 0) {
      const before = this.decoder.consumed;
      const value = this.decode();
      if (value === undefined) break;
      if (value instanceof DecodeError) {
        this.slots.shift()!.settle({ raw: this.unclaimed, ending: `not RESP: ${value.message}` });
        break;
      }
      const size = this.decoder.consumed - before;
      const raw = this.unclaimed.slice(0, size);
      this.unclaimed = this.unclaimed.slice(size);
      const slot = this.slots.shift()!;
      slot.settle({ raw, value });
      this.remember(slot, raw);
    }
    if (this.ending !== null)
      for (const slot of this.slots.splice(0)) slot.settle({ raw: this.unclaimed, ending: this.ending });
  }

  private decode(): Decoded | undefined | DecodeError {
    try {
      return this.decoder.next();
    } catch (error) {
      if (error instanceof DecodeError) return error;
      throw error;
    }
  }

  private ended(): true {
    this.ending ??= 'the server closed the connection';
    this.deliver();
    this.onData();
    return true;
  }

  private remember({ number, sent }: Pick<Slot, 'number' | 'sent'>, received: string): void {
    this.history.push({ number, at: ++exchanges, sent: sent ?? '', received: received.slice(0, 200) });
    if (this.history.length > HISTORY) this.history.shift();
  }
}

let markers = 0;
/** Counts the replies of all connections. */
let exchanges = 0;

/** A request as clients send it: an array of bulk strings. */
export function encodeRequest(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

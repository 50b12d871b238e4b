import { constants } from 'node:buffer';
import { lengthOf, LONG_BYTES, releaseArguments, setBytes } from './long-arguments.ts';
import { release, takeReceiveBuffer } from './receive-buffers.ts';
import { shortStrings } from './short-string.ts';
import { splitArguments } from './split-arguments.ts';

/** Longest bulk string: Redis's 512 MB (`proto-max-bulk-len`), less what V8 cannot hold in one string. */
export const MAX_BULK_BYTES = Math.min(512 * 1024 * 1024, constants.MAX_STRING_LENGTH);
/** Longest inline request, and longest header line (`PROTO_INLINE_MAX_SIZE`). */
export const MAX_INLINE_BYTES = 64 * 1024;
const MAX_ARGUMENTS = 2 ** 31 - 1;
/** What a client may send that has not authenticated (stage 12): arguments, and bytes of each. */
const MAX_UNAUTHENTICATED_ARGUMENTS = 10;
const MAX_UNAUTHENTICATED_BULK_BYTES = 16 * 1024;
/** What an argument takes besides its bytes. */
const ARGUMENT_BYTES = 16;
/** Digits of the longest header that is read the quick way: any number up to `MAX_ARGUMENTS`. */
const QUICK_DIGITS = 10;

/** Up to here an announced number of arguments is believed, and the array made as long at once. */
const EXACT_ARGUMENTS = 64;
const NO_ARGS: string[] = [];
const NO_REQUESTS: readonly (readonly string[])[] = [];

/** An announced length up to here gets its whole buffer at once. */
const BELIEVED_BYTES = 1024 * 1024;
/** No command's name is longer. */
const MAX_NAME = 20;

const CRLF_BYTES = 2;
const CR = 0x0d;
const LF = 0x0a;
const STAR = 0x2a;
const DOLLAR = 0x24;
const ZERO = 0x30;

/** Malformed input: the message is Redis's, without the leading `ERR Protocol error: `. The connection cannot go on. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/**
 * Incremental parser of requests: RESP arrays of bulk strings, and inline commands. Bytes come in as they arrive
 * (`feed`), requests go out one by one (`next`), as arrays of binary strings; a long
 * argument becomes a string when it is read (`long-arguments.ts`). Follows `processMultibulkBuffer` and
 * `processInlineBuffer` in Redis's networking.c.
 */
export class RequestParser {
  /** `proto-max-bulk-len`. */
  maxBulkBytes = MAX_BULK_BYTES;
  // The input: bytes [pos, end) of `buf` are not parsed yet. `borrowed`: it is the caller's, and will be overwritten.
  private buf: LatinBuffer = EMPTY;
  private pos = 0;
  private end = 0;
  private borrowed = false;

  // The request under way: its arguments so far, how many are missing, the length of the one being read (-1: unknown).
  private args: string[] = NO_ARGS;
  private filled = 0;
  private missing = 0;
  private bulkLength = -1;
  private argBytes = 0;
  private lastName = '';
  // A bulk string that did not fit the input so far is gathered here, so that no byte is looked at twice.
  private big: LatinBuffer | null = null;
  private bigFilled = 0;
  // The part of `big` that was handed out as `target`.
  private window: Buffer | null = null;
  // Arguments of the request under way that stay bytes: index and buffer in turn.
  private readonly long: (number | Buffer)[] = [];
  // The request that was parsed last, if it has such arguments.
  private lastArgs: string[] | null = null;
  // Requests that were parsed in advance, how many of them have gone out, and the error that follows them.
  private readonly ahead: string[][] = [];
  private aheadOut = 0;
  private aheadError: ProtocolError | undefined;

  /** Whether the client has yet to authenticate; called before a request that may be large (stage 12). */
  isUnauthenticated: (() => boolean) | undefined;

  /** Bytes of the arguments that wait for the rest of their request, or for their turn; they take from V8's heap. */
  get argumentBytes(): number {
    return this.argBytes + this.filled * ARGUMENT_BYTES + this.aheadBytes();
  }

  /** Bytes held for requests that are not complete yet; empty arguments count too, since each takes its place. */
  get size(): number {
    return this.end - this.pos + this.argumentBytes + this.bigFilled;
  }

  /**
   * Where the next bytes are best received: within a long argument, in its place. Undefined: anywhere. It goes to `feed`
   * then, as it is.
   */
  get target(): Buffer | undefined {
    if (this.big === null || this.pos < this.end) return undefined;
    if (this.bigFilled === this.big.length) this.growBig(this.bulkLength, this.bigFilled + 1);
    this.window = this.big.subarray(this.bigFilled, this.bulkLength + CRLF_BYTES);
    return this.window;
  }

  /**
   * Adds `length` bytes of `chunk`. The chunk may be overwritten after the call of `next` that returns null, or after
   * `keep`.
   */
  feed(chunk: Buffer, length = chunk.length): void {
    if (this.window !== null) {
      const inPlace = chunk === this.window;
      this.window = null;
      if (inPlace) return void (this.bigFilled += length);
    }
    if (this.pos === this.end) {
      this.buf = chunk as LatinBuffer;
      this.pos = 0;
      this.end = length;
      this.borrowed = true;
    } else {
      this.reserve(length);
      chunk.copy(this.buf, this.end, 0, length);
      this.end += length;
    }
  }

  /**
   * The next complete request, or null when more bytes are needed. Never an empty array. The request before must be done
   * with, or be kept (`keepArguments`): the buffers of its long arguments serve again.
   * @throws ProtocolError
   */
  next(): string[] | null {
    const { ahead } = this;
    if (this.aheadOut < ahead.length) return ahead[this.aheadOut++]!;
    if (this.aheadError !== undefined) throw this.aheadError;
    return this.parse();
  }

  /**
   * Parses up to `count` requests in advance; `next` hands them out. None while earlier ones are left, and for a client that has yet to
   * authenticate. A protocol error waits until the requests before it have gone out.
   * @returns the requests
   */
  lookAhead(count: number): readonly (readonly string[])[] {
    const { ahead } = this;
    if (this.aheadOut < ahead.length || this.aheadError !== undefined || this.isUnauthenticated?.() === true) return NO_REQUESTS;
    ahead.length = this.aheadOut = 0;
    try {
      for (let i = 0; i < count; i++) {
        const args = this.parse();
        if (args === null) break;
        ahead.push(args);
        // The buffers of long arguments serve one request at a time.
        if (this.lastArgs !== null) break;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.aheadError = error;
    }
    return ahead;
  }

  private aheadBytes(): number {
    let bytes = 0;
    for (let i = this.aheadOut; i < this.ahead.length; i++) {
      const args = this.ahead[i]!;
      for (let k = 0; k < args.length; k++) bytes += lengthOf(args, k) + ARGUMENT_BYTES;
    }
    return bytes;
  }

  private parse(): string[] | null {
    if (this.lastArgs !== null) this.releaseLast();
    while (this.missing === 0) {
      if (this.pos === this.end) return this.starve();
      const isArray = this.buf[this.pos] === STAR;
      if (!isArray) {
        const words = this.inline();
        if (words === null) return this.starve();
        if (words.length > 0) return words;
        continue;
      }
      const count = this.header(MAX_ARGUMENTS, 'invalid multibulk length', 'too big mbulk count string');
      if (count === INCOMPLETE) return this.starve();
      if (count <= 0) continue;
      if (count > MAX_UNAUTHENTICATED_ARGUMENTS) this.expectAuthenticated('multibulk');
      this.missing = count;
      // An array that grows takes room for 17 elements with its first one.
      this.args = count <= EXACT_ARGUMENTS ? new Array<string>(count) : [];
      this.filled = 0;
      this.argBytes = 0;
    }
    while (this.missing > 0) {
      const arg = this.bulk();
      if (arg === null) return this.starve();
      this.args[this.filled++] = arg;
      this.argBytes += arg.length;
      this.missing--;
    }
    const { args } = this;
    this.args = NO_ARGS;
    this.filled = 0;
    this.argBytes = 0;
    if (this.long.length > 0) this.keepAsBytes(args);
    return args;
  }

  /** Copies what is left of a borrowed chunk: for a caller that stops asking before `next` returned null. */
  keep(): void {
    if (!this.borrowed) return;
    if (this.pos < this.end) return this.reserve(0);
    this.buf = EMPTY;
    this.pos = this.end = 0;
    this.borrowed = false;
  }

  private starve(): null {
    this.keep();
    return null;
  }

  private bulk(): string | null {
    if (this.bulkLength === -1) {
      if (this.pos === this.end) return null;
      if (this.buf[this.pos] !== DOLLAR) return this.notBulk();
      const length = this.header(this.maxBulkBytes, 'invalid bulk length', 'too big bulk count string');
      if (length === INCOMPLETE) return null;
      if (length < 0) throw new ProtocolError('invalid bulk length');
      if (length > MAX_UNAUTHENTICATED_BULK_BYTES) this.expectAuthenticated('bulk');
      this.bulkLength = length;
    }
    const length = this.bulkLength;
    if (this.big !== null || this.end - this.pos < length + CRLF_BYTES) return this.bigBulk(length);
    const start = this.pos;
    this.pos = start + length + CRLF_BYTES;
    this.bulkLength = -1;
    if (this.filled === 0) return this.name(start, length);
    return this.slice(start, length);
  }

  private expectAuthenticated(what: string): void {
    if (this.isUnauthenticated?.() === true) throw new ProtocolError(`unauthenticated ${what} length`);
  }

  /** A first argument is mostly that of the request before: the same string saves making and hashing another one. */
  private name(start: number, length: number): string {
    const { buf, lastName } = this;
    if (lastName.length === length) {
      let same = 0;
      while (same < length && buf[start + same] === lastName.charCodeAt(same)) same++;
      if (same === length) return lastName;
    }
    const name = this.slice(start, length);
    this.lastName = length <= MAX_NAME ? name : '';
    return name;
  }

  private slice(start: number, length: number): string {
    const make = shortStrings[length];
    return make === undefined ? this.buf.latin1Slice(start, start + length) : make(this.buf, start);
  }

  /** Redis complains once the line is there. */
  private notBulk(): null {
    const got = String.fromCharCode(this.buf[this.pos]!);
    if (this.lineEnd('too big bulk count string') !== -1) throw new ProtocolError(`expected '$', got '${got}'`);
    return null;
  }

  private bigBulk(length: number): string | null {
    const available = Math.min(this.end - this.pos, length + CRLF_BYTES - this.bigFilled);
    // A short tail stays in the input; only what is worth a buffer of its own gets one.
    if (this.big === null && length < LONG_BYTES) return null;
    const needed = this.bigFilled + available;
    if (this.big === null || this.big.length < needed) this.growBig(length, needed);
    const big = this.big!;
    this.buf.copy(big, this.bigFilled, this.pos, this.pos + available);
    this.pos += available;
    this.bigFilled = needed;
    if (needed < length + CRLF_BYTES) return null;
    this.big = null;
    this.bigFilled = 0;
    this.bulkLength = -1;
    this.argBytes += length;
    this.long.push(this.filled, big.subarray(0, length));
    return '';
  }

  private keepAsBytes(args: string[]): void {
    const { long } = this;
    for (let i = 0; i < long.length; i += 2) setBytes(args, long[i] as number, long[i + 1] as Buffer);
    long.length = 0;
    this.lastArgs = args;
  }

  private releaseLast(): void {
    releaseArguments(this.lastArgs!);
    this.lastArgs = null;
  }

  /** An announced length is believed up to a megabyte; beyond that the buffer grows with what arrives. */
  private growBig(length: number, needed: number): void {
    const { big } = this;
    const grown = takeReceiveBuffer(Math.min(length + CRLF_BYTES, Math.max(needed * 2, BELIEVED_BYTES))) as LatinBuffer;
    if (big !== null) {
      big.copy(grown, 0, 0, this.bigFilled);
      release(big);
    }
    this.big = grown;
  }

  /** Reads `*123\r\n` or `$123\r\n` at `pos`; INCOMPLETE when its end has not arrived. */
  private header(max: number, invalid: string, tooBig: string): number {
    const { buf, end, pos } = this;
    const quickEnd = Math.min(end, pos + 1 + QUICK_DIGITS);
    let i = pos + 1;
    let value = 0;
    while (i < quickEnd) {
      const digit = buf[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      i++;
    }
    const hasDigits = i > pos + 1 && (buf[pos + 1] !== ZERO || i === pos + 2);
    if (hasDigits && i + 1 < end && buf[i] === CR) {
      if (value > max) throw new ProtocolError(invalid);
      this.pos = i + 2;
      return value;
    }
    return this.unusualHeader(max, invalid, tooBig);
  }

  /** Negative, malformed, or not all there yet. */
  private unusualHeader(max: number, invalid: string, tooBig: string): number {
    const cr = this.lineEnd(tooBig);
    if (cr === -1) return INCOMPLETE;
    const text = this.buf.latin1Slice(this.pos + 1, Math.min(cr, this.pos + 24));
    if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text) || Number(text) > max) throw new ProtocolError(invalid);
    this.pos = cr + 2;
    return Math.max(Number(text), -1);
  }

  /** The position of the CR that ends the line at `pos`, once a byte follows it; -1 before. */
  private lineEnd(tooBig: string): number {
    const cr = this.buf.indexOf(CR, this.pos);
    if (cr !== -1 && cr + 1 < this.end) return cr;
    if ((cr === -1 || cr >= this.end) && this.end - this.pos > MAX_INLINE_BYTES) throw new ProtocolError(tooBig);
    return -1;
  }

  private inline(): string[] | null {
    const lf = this.buf.indexOf(LF, this.pos);
    if (lf === -1 || lf >= this.end) {
      if (this.end - this.pos > MAX_INLINE_BYTES) throw new ProtocolError('too big inline request');
      return null;
    }
    const lineEnd = lf > this.pos && this.buf[lf - 1] === CR ? lf - 1 : lf;
    const words = splitArguments(this.buf.latin1Slice(this.pos, lineEnd));
    if (words === null) throw new ProtocolError('unbalanced quotes in request');
    this.pos = lf + 1;
    return words;
  }

  /** Moves the unparsed bytes into a buffer of our own with room for `more`; doubles, so that growing stays linear. */
  private reserve(more: number): void {
    const size = this.end - this.pos;
    if (this.borrowed || this.end + more > this.buf.length) {
      const fits = !this.borrowed && size + more <= this.buf.length / 2;
      const target = fits ? this.buf : allocate(Math.max(size + more, this.borrowed ? 0 : size * 2));
      this.buf.copy(target, 0, this.pos, this.end);
      this.buf = target;
      this.pos = 0;
      this.end = size;
      this.borrowed = false;
    }
  }
}

const INCOMPLETE = -2;

/** `latin1Slice` is what `toString('latin1')` ends in, without the look at the encoding's name. */
type LatinBuffer = Buffer & { latin1Slice(start: number, end: number): string };

function allocate(bytes: number): LatinBuffer {
  return Buffer.allocUnsafeSlow(bytes) as LatinBuffer;
}

const EMPTY = allocate(0);

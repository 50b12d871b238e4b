import { ReplyError, Status, Verbatim } from './reply.ts';

/** A decoded reply. Bulk strings are binary strings; both nulls of RESP2 (`$-1`, `*-1`) and `_` are null. */
export type Decoded =
  | string
  | number
  | bigint
  | null
  | boolean
  | Decoded[]
  | Map<Decoded, Decoded>
  | Set<Decoded>
  | Status
  | ReplyError
  | Verbatim
  | PushReply;

/** A message that the server sent unasked: RESP3's `>`. */
export class PushReply {
  readonly items: Decoded[];
  constructor(items: Decoded[]) {
    this.items = items;
  }
}

/** Bytes that are not RESP. The connection cannot go on. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * Incremental decoder of replies, RESP2 and RESP3: bytes come in as they arrive (`feed`), replies go out one by one
 * (`next`). Integers are numbers while they are safe and BigInts beyond. Attributes (`|`) are read and dropped. The
 * streamed types of RESP3 are not understood: Redis never sends them.
 */
export class ReplyDecoder {
  /** How many bytes the replies handed out so far took, framing included. */
  consumed = 0;

  private text = '';
  private at = 0;
  private fed = 0;
  // Chunks that came while the reply under way needs more: joined when there are enough, so that no byte is copied
  // twice.
  private chunks: string[] = [];
  private available = 0;
  private needed = 1;
  private readonly open: Aggregate[] = [];

  /** Adds bytes as they came from the socket, as a Buffer or as a binary string. */
  feed(chunk: Buffer | string): void {
    const text = typeof chunk === 'string' ? chunk : chunk.toString('latin1');
    this.chunks.push(text);
    this.available += text.length;
    this.fed += text.length;
  }

  /**
   * The next complete reply, or undefined when more bytes are needed.
   * @throws DecodeError
   */
  next(): Decoded | undefined {
    for (;;) {
      if (this.available < this.needed) return undefined;
      if (this.chunks.length > 0) this.gather();
      let value = this.read();
      if (value === INCOMPLETE) continue;
      if (value === OPENED) continue;
      for (;;) {
        const outer = this.open.at(-1);
        if (outer === undefined) {
          this.consumed = this.fed - this.available;
          return value;
        }
        outer.items.push(value);
        if (outer.items.length < outer.size) break;
        this.open.pop();
        if (outer.type === '|') break;
        value = collect(outer.type, outer.items);
      }
    }
  }

  /** Hands out the bytes that no reply has used yet, and forgets them: for what follows a reply and is not RESP. */
  rest(): string {
    this.gather();
    const text = this.text.slice(this.at);
    this.text = '';
    this.at = this.available = 0;
    this.needed = 1;
    this.consumed = this.fed;
    return text;
  }

  private gather(): void {
    this.text = this.text.slice(this.at) + this.chunks.join('');
    this.at = 0;
    this.chunks = [];
  }

  /**
   * One value without children, or the opening of one with children; nothing is taken from the input when INCOMPLETE.
   */
  private read(): Decoded | typeof INCOMPLETE | typeof OPENED {
    const { text, at } = this;
    const end = text.indexOf('\r\n', at);
    if (end === -1) return this.wait(this.available + 1);
    const type = text[at]!;
    const line = text.slice(at + 1, end);
    const after = end + 2;
    switch (type) {
      case '+':
        this.advance(after);
        return new Status(line);
      case '-':
        this.advance(after);
        return new ReplyError(line);
      case ':':
        this.advance(after);
        return integer(line);
      case '(':
        this.advance(after);
        return BigInt(digits(line));
      case ',':
        this.advance(after);
        return double(line);
      case '#':
        if (line !== 't' && line !== 'f') throw new DecodeError(`'#' must be followed by 't' or 'f', not "${line}"`);
        this.advance(after);
        return line === 't';
      case '_':
        if (line !== '') throw new DecodeError(`'_' must be followed by CRLF, not "${line}"`);
        this.advance(after);
        return null;
      case '$':
      case '!':
      case '=':
        return this.bulk(type, length(line), after);
      case '*':
      case '~':
      case '>':
      case '%':
      case '|': {
        const count = length(line);
        this.advance(after);
        if (count === -1) return null;
        if (count === 0) return type === '|' ? OPENED : collect(type, []);
        this.open.push({ type, size: type === '%' || type === '|' ? count * 2 : count, items: [] });
        return OPENED;
      }
      default:
        throw new DecodeError(`a reply cannot begin with ${JSON.stringify(type)}`);
    }
  }

  private bulk(type: string, size: number, start: number): Decoded | typeof INCOMPLETE {
    if (size === -1) {
      this.advance(start);
      return null;
    }
    const end = start + size;
    if (this.text.length < end + 2) return this.wait(end + 2 - this.at);
    if (!this.text.startsWith('\r\n', end))
      throw new DecodeError(`no CRLF after the ${size} bytes that the length announced`);
    const value = this.text.slice(start, end);
    this.advance(end + 2);
    if (type === '!') return new ReplyError(value);
    return type === '=' ? new Verbatim(value.slice(0, 3), value.slice(4)) : value;
  }

  private advance(to: number): void {
    this.available -= to - this.at;
    this.at = to;
    this.needed = 1;
  }

  private wait(needed: number): typeof INCOMPLETE {
    this.needed = needed;
    return INCOMPLETE;
  }
}

const INCOMPLETE = Symbol('incomplete');
const OPENED = Symbol('opened');

interface Aggregate {
  type: string;
  /** Children, counting a map's fields and values apart. */
  size: number;
  items: Decoded[];
}

function collect(type: string, items: Decoded[]): Decoded {
  if (type === '~') return new Set(items);
  if (type === '>') return new PushReply(items);
  if (type !== '%') return items;
  const map = new Map<Decoded, Decoded>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  return map;
}

function digits(line: string): string {
  if (!/^[+-]?\d+$/.test(line)) throw new DecodeError(`not an integer: "${line}"`);
  return line;
}

function integer(line: string): number | bigint {
  const value = Number(digits(line));
  return Number.isSafeInteger(value) ? value : BigInt(line);
}

function length(line: string): number {
  const value = Number(digits(line));
  if (value < -1) throw new DecodeError(`not a length: "${line}"`);
  return value;
}

function double(line: string): number {
  const named: Record<string, number> = { inf: Infinity, '+inf': Infinity, '-inf': -Infinity, nan: NaN, '-nan': NaN };
  const value = Object.hasOwn(named, line) ? named[line]! : Number(line);
  if (line === '' || (Number.isNaN(value) && !line.endsWith('nan'))) throw new DecodeError(`not a double: "${line}"`);
  return value;
}

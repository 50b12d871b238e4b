import {
  BigNumber,
  Double,
  MapReply,
  NO_REPLY,
  NULL_ARRAY,
  OK,
  Push,
  Replies,
  ReplyError,
  SetReply,
  Status,
  Verbatim,
  type Bulk,
  type Reply,
} from './reply.ts';
import type { ErrorStats } from '../stats/error-stats.ts';
import { shortStrings } from './short-string.ts';
import { FRAME_BYTES, writeBulk, writeHeader } from './write-bulk.ts';

/** A part is closed at this many bytes, so that no reply, however long, has to fit into one JavaScript string. */
const PART_BYTES = 16 * 1024;
/** From this length on a bulk string is a part of its own: concatenating it would cost more than copying it. */
const PIECE_BYTES = 2 * 1024;
/** What goes beyond this leaves V8's heap at once: a reply may be as long as the heap is large. */
const HEAP_BYTES = 1024 * 1024;

/** A piece of a long reply, as a binary string or already as bytes. */
export type Part = Bulk;

/**
 * Collects encoded replies (RESP2 or RESP3) as binary strings until they are taken for the socket.
 * Follows Redis's `addReply` family; wire format: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class ReplyWriter {
  /** RESP version of this connection. */
  protocol: 2 | 3 = 2;
  /** Called for each part that is added, also in the middle of a reply: the time to look at the client's limits. */
  onPart: (() => void) | undefined;
  /** Which replies are dropped: CLIENT REPLY (from stage 09 on). What is pushed is sent all the same. */
  muted: 'next' | 'all' | undefined;
  /** Bytes in closed parts. */
  private closedBytes = 0;
  private parts: Part[] = [];
  private text = '';
  private discarding = false;
  /** How many arrays are open, and how much of the scratch buffer they have filled. */
  private depth = 0;
  private gathered = 0;
  /** A command is running whose reply comes before any push. */
  private holdingPushes = false;
  /** Pushes that wait for a reply's end. */
  private heldPushes: Push[] | undefined;
  /** What pushes have made of `text`; it is that still if `text`, which only grows, is as long. */
  private pushed: PushedText = NO_TEXT;

  private readonly errors: ErrorStats | undefined;

  /** `errors` counts the errors that are written. */
  constructor(errors?: ErrorStats) {
    this.errors = errors;
  }

  /** Bytes not yet taken. */
  get size(): number {
    return this.closedBytes + this.text.length;
  }

  /** Returns everything written so far, in order, and begins with nothing. */
  take(): string | Part[] {
    const { parts, text } = this;
    this.clearText();
    if (this.discarding) return '';
    if (parts.length === 0) return text;
    this.parts = [];
    this.closedBytes = 0;
    if (text !== '') parts.push(text);
    return parts;
  }

  /** Drops all replies that were not taken yet, and all later ones: the client gets no more replies. */
  discard(): void {
    this.discarding = true;
    this.parts = [];
    this.closedBytes = 0;
    this.clearText();
  }

  /** Appends bytes that are RESP already. */
  raw(wire: string): void {
    this.text += wire;
    if (this.text.length >= PART_BYTES) this.closePart();
  }

  write(reply: Reply): void {
    if (this.muted !== undefined) return this.drop(reply);
    if (typeof reply === 'string') this.bulk(reply);
    else if (typeof reply === 'number' || typeof reply === 'bigint') this.text += integer(reply);
    else if (reply === null) this.text += this.protocol === 3 ? '_\r\n' : '$-1\r\n';
    else if (Array.isArray(reply)) this.aggregate('*', reply);
    else this.marker(reply as Exclude<Reply, string | number | bigint | null | readonly Reply[]>);
  }

  /**
   * Writes what is not a reply to a request: a message, an invalidation. It is encoded once per protocol, however
   * many clients it goes to.
   */
  push(message: Push): void {
    if (this.holdingPushes) (this.heldPushes ??= []).push(message);
    else this.encoded(this.encodePush(message));
  }

  /**
   * A command of this client begins: what is pushed until `releasePushes` follows its reply, and never comes between the
   * elements of EXEC's array (Redis 7.2: `pending_push_messages`).
   */
  holdPushes(): void {
    this.holdingPushes = true;
  }

  /** The command's reply is written. */
  releasePushes(): void {
    this.holdingPushes = false;
    if (this.heldPushes !== undefined) this.pushHeld(this.heldPushes);
  }

  private pushHeld(messages: readonly Push[]): void {
    for (const message of messages) this.push(message);
    this.heldPushes = undefined;
  }

  /** Counts an error reply, though the client gets none. The confirmation of a subscription is a push, and no reply (CLIENT_PUSHING). */
  private drop(reply: Reply): void {
    if (reply === NO_REPLY) return;
    if (reply instanceof ReplyError && !reply.counted) this.errors?.count(reply.message);
    const pushes = reply instanceof Replies ? reply.replies : [reply];
    for (const message of pushes) if (message instanceof Push) this.encoded(this.encodePush(message));
    if (this.muted === 'next') this.muted = undefined;
  }

  /** As clients of this protocol get it (Redis: `addReplyPushLen` and what follows it). */
  private encodePush(message: Push): string | readonly Part[] {
    const resp3 = this.protocol === 3;
    const known = resp3 ? message.wire3 : message.wire2;
    if (known !== undefined) return known;
    PUSH_WRITER.protocol = this.protocol;
    PUSH_WRITER.aggregate(resp3 ? '>' : '*', message.items);
    const wire = PUSH_WRITER.take();
    if (resp3) message.wire3 = wire;
    else message.wire2 = wire;
    return wire;
  }

  /** Appends what another writer has encoded; the parts of something long are shared. */
  private encoded(wire: string | readonly Part[]): void {
    if (typeof wire === 'string') return this.shared(wire);
    if (this.text !== '') this.closePart();
    for (const part of wire) this.addPart(part);
  }

  /** As `raw`. Clients with the same pushes, and nothing else, share one string. */
  private shared(wire: string): void {
    if (this.pushed.text.length !== this.text.length) return this.raw(wire);
    this.pushed = withPush(this.pushed, wire);
    this.text = this.pushed.text;
    if (this.text.length >= PART_BYTES) this.closePart();
  }

  private bulk(text: string): void {
    if (text.length >= PIECE_BYTES) return this.longBulk(text);
    this.text += bulkHeader(text.length) + text + '\r\n';
    if (this.text.length >= PART_BYTES) this.closePart();
  }

  private longBulk(bulk: Bulk): void {
    this.text += bulkHeader(bulk.length);
    this.closePart();
    this.addPart(bulk);
    this.text = '\r\n';
  }

  private aggregate(type: string, items: readonly Reply[], count = items.length): void {
    if (items.length >= JOINED_COUNT && areAlike(items)) return this.joined(`${type}${count}\r\n`, items);
    const outermost = this.depth++ === 0;
    let filled = writeHeader(SCRATCH, type.charCodeAt(0), count, this.gathered);
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      const isShort = typeof item === 'string' && item.length <= SHORT_BYTES;
      if (isShort) {
        filled = writeBulk(SCRATCH, item, filled);
        if (filled < PART_BYTES) continue;
      }
      this.gathered = filled;
      if (!isShort) this.element(item);
      if (this.gathered >= PART_BYTES) this.takeScratch();
      filled = this.gathered;
    }
    this.gathered = filled;
    this.depth--;
    if (outermost) this.takeScratch();
  }

  /** Bulk strings of one length: the bytes between two of them are always the same. */
  private joined(start: string, items: readonly string[]): void {
    this.takeScratch();
    const header = bulkHeader(items[0]!.length);
    const perPart = Math.ceil(PART_BYTES / (header.length + items[0]!.length + 2));
    for (let i = 0; i < items.length; i += perPart) {
      const some = items.length <= perPart ? items : items.slice(i, i + perPart);
      this.text += i === 0 ? start + header : header;
      this.flatText(some.join(`\r\n${header}`));
      this.text += '\r\n';
    }
  }

  /** An element that is no short string. */
  private element(item: Reply): void {
    if (Array.isArray(item)) return this.aggregate('*', item);
    if (item instanceof Double && this.protocol === 2 && item.text.length <= SHORT_BYTES) {
      this.gathered = writeBulk(SCRATCH, item.text, this.gathered);
      return;
    }
    this.takeScratch();
    this.write(item);
    if (this.text.length >= PART_BYTES) this.closePart();
  }

  /** Appends what has been gathered in the scratch buffer. */
  private takeScratch(): void {
    const { gathered } = this;
    this.gathered = 0;
    if (gathered === 0) return;
    const make = shortStrings[gathered];
    if (make !== undefined) this.text += make(SCRATCH, 0);
    else if (gathered < PIECE_BYTES) this.text += SCRATCH.latin1Slice(0, gathered);
    else if (this.closedBytes < HEAP_BYTES) this.flatText(SCRATCH.latin1Slice(0, gathered));
    else {
      if (this.text !== '') this.closePart();
      this.addPart(Buffer.from(SCRATCH.subarray(0, gathered)));
    }
  }

  private marker(reply: Exclude<Reply, string | number | bigint | null | readonly Reply[]>): void {
    const resp3 = this.protocol === 3;
    // Most of them, by a comparison that costs nothing.
    if (reply === OK) this.text += OK.wire;
    else if (reply instanceof Status) this.text += reply.wire;
    else if (reply instanceof Buffer) this.longBulk(reply);
    else if (reply instanceof ReplyError) this.error(reply);
    else if (reply === NULL_ARRAY) this.text += resp3 ? '_\r\n' : '*-1\r\n';
    else if (reply instanceof Double) {
      if (resp3) this.text += `,${reply.text}\r\n`;
      else this.bulk(reply.text);
    } else if (reply instanceof MapReply) {
      if (resp3) this.aggregate('%', reply.flat, reply.flat.length / 2);
      else this.aggregate('*', reply.flat);
    } else if (reply instanceof SetReply) this.aggregate(resp3 ? '~' : '*', reply.members);
    else if (reply instanceof Push) this.aggregate(resp3 ? '>' : '*', reply.items);
    else if (reply instanceof Replies) for (const each of reply.replies) this.write(each);
    else if (typeof reply === 'boolean') this.text += resp3 ? `#${reply ? 't' : 'f'}\r\n` : `:${reply ? 1 : 0}\r\n`;
    else if (reply instanceof Verbatim) {
      if (resp3) this.text += `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`;
      else this.bulk(reply.text);
    } else if (reply instanceof BigNumber) {
      if (resp3) this.text += `(${reply.text}\r\n`;
      else this.bulk(reply.text);
    } else if (reply !== NO_REPLY) throw new TypeError('not a reply');
  }

  private error({ message, counted }: ReplyError): void {
    if (!counted) this.errors?.count(message);
    this.text += `-${oneLine(message)}\r\n`;
  }

  /** Appends a text that is one string already: if it is long, it is a part of its own. */
  private flatText(text: string): void {
    if (text.length < PIECE_BYTES) this.text += text;
    else {
      if (this.text !== '') this.closePart();
      this.addText(text);
    }
  }

  private closePart(): void {
    const { text } = this;
    this.clearText();
    this.addText(text);
  }

  private addText(text: string): void {
    this.addPart(this.closedBytes < HEAP_BYTES ? text : Buffer.from(text, 'latin1'));
  }

  private clearText(): void {
    this.text = '';
    this.pushed = NO_TEXT;
  }

  private addPart(part: Part): void {
    if (this.discarding) return;
    this.parts.push(part);
    this.closedBytes += part.length;
    this.onPart?.();
  }
}

/** A text made of pushes alone, and the one that the next push has made of it. */
interface PushedText {
  readonly text: string;
  wire: string;
  next: PushedText | undefined;
}

/** What every writer begins with. */
const NO_TEXT: PushedText = { text: '', wire: '', next: undefined };

/**
 * A text with a push after it. A thousand subscribers of a channel have the same text waiting: it is concatenated once, and
 * flattened once when it is written.
 */
function withPush(before: PushedText, wire: string): PushedText {
  if (before.next === undefined || before.wire !== wire) {
    before.wire = wire;
    before.next = { text: before.text + wire, wire: '', next: undefined };
  }
  return before.next;
}

/** Encodes what many clients get. */
const PUSH_WRITER = new ReplyWriter();

const HEADERS = Array.from({ length: 256 }, (_, length) => `$${length}\r\n`);

/** Elements up to this length are copied byte by byte; longer ones are concatenated. */
const SHORT_BYTES = 24;

/**
 * So many elements of one length, from `JOINED_BYTES` on, are joined: V8 does that in less time than a loop takes for their
 * characters.
 */
const JOINED_COUNT = 8;
const JOINED_BYTES = 16;

/**
 * Where short elements of an array are put together: a concatenation of each would be a tree of small strings, which
 * costs the garbage collector more than the copying.
 */
const SCRATCH = Buffer.allocUnsafeSlow(PART_BYTES + SHORT_BYTES + 2 * FRAME_BYTES) as Buffer & {
  latin1Slice(start: number, end: number): string;
};

/** Redis: `shared.integers`. */
const INTEGERS = Array.from({ length: 1024 }, (_, value) => `:${value}\r\n`);

function integer(value: number | bigint): string {
  return value >= 0 && value < INTEGERS.length ? INTEGERS[Number(value)]! : `:${value}\r\n`;
}

function bulkHeader(length: number): string {
  return length < HEADERS.length ? HEADERS[length]! : `$${length}\r\n`;
}

/** Redis replaces line breaks in error texts, since they would end the reply. */
function oneLine(message: string): string {
  return /[\r\n]/.test(message) ? message.replace(/[\r\n]/g, ' ') : message;
}

/** Whether all are strings of one length, and neither short nor long. */
function areAlike(items: readonly Reply[]): items is readonly string[] {
  const first = items[0];
  if (typeof first !== 'string' || first.length < JOINED_BYTES || first.length >= HEADERS.length) return false;
  for (let i = 1; i < items.length; i++) {
    const item = items[i]!;
    if (typeof item !== 'string' || item.length !== first.length) return false;
  }
  return true;
}

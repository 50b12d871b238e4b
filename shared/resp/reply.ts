/**
 * What a command may return, in JavaScript's own types where they fit and in small marker classes where they don't.
 *
 * Every bulk string, in requests and replies alike, is a **binary string**: a JS string with one character per byte
 * (latin1). It is lossless for any byte, cheap as a Map key, and ordinary string code works on it. It becomes UTF-8
 * only where a human reads it.
 *
 * | reply              | RESP2            | RESP3        |
 * |--------------------|------------------|--------------|
 * | `string`, `Buffer` | `$` bulk         | `$` bulk     |
 * | `number`, `bigint` | `:` integer      | `:` integer  |
 * | `null`             | `$-1`            | `_`          |
 * | `boolean`          | `:1` `:0`        | `#t` `#f`    |
 * | array              | `*`              | `*`          |
 * | `NULL_ARRAY`       | `*-1`            | `_`          |
 * | `Status`           | `+`              | `+`          |
 * | `ReplyError`       | `-`              | `-`          |
 * | `Double`           | `$` bulk         | `,`          |
 * | `MapReply`         | `*` flat         | `%`          |
 * | `SetReply`         | `*`              | `~`          |
 * | `Push`             | `*`              | `>`          |
 * | `Verbatim`         | `$` bulk         | `=`          |
 * | `BigNumber`        | `$` bulk         | `(`          |
 * | `Replies`          | each in turn     | each in turn |
 */
export type Reply =
  | Bulk
  | number
  | bigint
  | null
  | boolean
  | readonly Reply[]
  | Status
  | ReplyError
  | Double
  | MapReply
  | SetReply
  | Push
  | Replies
  | Verbatim
  | BigNumber
  | typeof NULL_ARRAY
  | typeof NO_REPLY;

/** A bulk string: a long one may be given as its bytes, which are sent as they are and must not change. */
export type Bulk = string | Buffer;

/** A simple string, such as `+OK`. The text must not contain CR or LF. */
export class Status {
  readonly text: string;
  /** Encoded once: most replies are one of a few statuses. */
  readonly wire: string;
  constructor(text: string) {
    this.text = text;
    this.wire = `+${text}\r\n`;
  }
}

/** An error reply, thrown by handlers or returned inside arrays. Its message begins with a code: `ERR`, `WRONGTYPE`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  /** INFO counts it already: the script that passes it on got it from a command (stage 12). */
  counted = false;
}

/** A floating point number: a bulk string in RESP2, `,` in RESP3. `text` is the number as Redis prints it. */
export class Double {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Field and value in turn: `[f1, v1, f2, v2]`; a flat array in RESP2, a map in RESP3. */
export class MapReply {
  readonly flat: readonly Reply[];
  constructor(flat: readonly Reply[]) {
    this.flat = flat;
  }
}

/** Members in no promised order: an array in RESP2, a set in RESP3. */
export class SetReply {
  readonly members: readonly Reply[];
  constructor(members: readonly Reply[]) {
    this.members = members;
  }
}

/** A message that the server sends unasked: an array in RESP2, a push in RESP3. */
export class Push {
  readonly items: readonly Reply[];
  /** As clients of RESP2 and of RESP3 get it, once it has been encoded for one of them. */
  wire2: string | readonly Bulk[] | undefined;
  wire3: string | readonly Bulk[] | undefined;
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/**
 * Several replies to one request: SUBSCRIBE answers for each channel. Inside EXEC the array's header counts them as one
 * all the same, as in Redis.
 */
export class Replies {
  readonly replies: readonly Reply[];
  constructor(replies: readonly Reply[]) {
    this.replies = replies;
  }
}

/** Text for a human, with a three-letter format such as `txt`. */
export class Verbatim {
  readonly format: string;
  readonly text: string;
  constructor(format: string, text: string) {
    this.format = format;
    this.text = text;
  }
}

/** An integer of any size, in decimal. Only scripts reply with one (stage 12). */
export class BigNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const OK = new Status('OK');

/** The null array `*-1` that RESP2 has besides the null bulk string. */
export const NULL_ARRAY = Symbol('null array');

/** Nothing is written now: the command blocks, or has written for itself. */
export const NO_REPLY = Symbol('no reply');

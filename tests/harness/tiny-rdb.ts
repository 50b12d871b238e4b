/** What a tiny RDB holds: strings by key, of one database; a deadline in ms where there is one. */
export interface TinyRdb {
  readonly keys?: Record<string, string>;
  readonly deadlines?: Record<string, number>;
  readonly db?: number;
  /** AUX fields, such as repl-id. */
  readonly aux?: Record<string, string>;
}

/**
 * An RDB of version 9, which every server since Redis 5 loads, as a binary string. Its checksum is 0: not checked.
 */
export function tinyRdb({ keys = {}, deadlines = {}, db = 0, aux = {} }: TinyRdb = {}): string {
  const AUX = '\xfa';
  const SELECTDB = '\xfe';
  const EXPIRETIME_MS = '\xfc';
  const STRING = '\x00';
  const EOF = '\xff';
  let out = 'REDIS0009';
  for (const [name, value] of Object.entries(aux)) out += AUX + text(name) + text(value);
  if (Object.keys(keys).length > 0) out += SELECTDB + String.fromCharCode(db);
  for (const [key, value] of Object.entries(keys)) {
    const deadline = deadlines[key];
    if (deadline !== undefined) out += EXPIRETIME_MS + milliseconds(deadline);
    out += STRING + text(key) + text(value);
  }
  return `${out}${EOF}${'\0'.repeat(8)}`;
}

/** A length of 6, 14 or 32 bits, then the bytes. */
function text(bytes: string): string {
  const size = bytes.length;
  if (size < 64) return String.fromCharCode(size) + bytes;
  if (size < 16_384) return String.fromCharCode(0x40 | (size >> 8), size & 0xff) + bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(size);
  return `\x80${length.toString('latin1')}${bytes}`;
}

function milliseconds(deadline: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(deadline));
  return bytes.toString('latin1');
}

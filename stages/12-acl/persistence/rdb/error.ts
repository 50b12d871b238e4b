/** Why an RDB file, or a payload of RESTORE, cannot be loaded: in words for the operator. The caller names the file. */
export class RdbError extends Error {
  override readonly name = 'RdbError';
  readonly reason: string;
  /** Where in the file, in bytes from its beginning. */
  readonly offset: number;
  /** The key that was being read. */
  readonly key: string | undefined;

  constructor(reason: string, offset: number, key?: string) {
    super(`offset ${offset}${key === undefined ? '' : `, key '${readable(key)}'`}: ${reason}`);
    this.reason = reason;
    this.offset = offset;
    this.key = key;
  }
}

/** A binary string for a line of text: UTF-8 if it is that, without control characters, not too long. */
export function readable(text: string): string {
  const utf8 = Buffer.from(text.slice(0, READABLE_MAX), 'latin1').toString('utf8');
  const plain = utf8.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return text.length > READABLE_MAX ? `${plain}…` : plain;
}

const READABLE_MAX = 128;

/** `latin1Slice` and `latin1Write` are what `toString` and `write` end in, without the look at the encoding's name. */
export type LatinBuffer = Buffer & {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number, length: number): number;
};

/** A whole longer than this is not decoded at once: most of it may be few long items. */
const MAX_WHOLE_BYTES = 64 * 1024;
/** V8 copies substrings shorter than this; a longer one would keep the whole text alive. */
const SLICED_STRING_MIN = 13;

/** The text to pass to `sliceText` for the many short items of `bytes`; empty when it is too long for that. */
export function wholeText(bytes: Buffer): string {
  return bytes.length <= MAX_WHOLE_BYTES ? (bytes as LatinBuffer).latin1Slice(0, bytes.length) : '';
}

/** The binary string from `start` to `end`, both within `bytes`; `whole` is what `wholeText` gave for them. */
export function sliceText(bytes: Buffer, whole: string, start: number, end: number): string {
  if (end - start < SLICED_STRING_MIN && whole !== '') return whole.substring(start, end);
  return (bytes as LatinBuffer).latin1Slice(start, end);
}

/** A signed 64-bit integer, little endian, in decimal. */
export function int64Text(bytes: Buffer, at: number): string {
  const number = bytes.readInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return Number.isSafeInteger(number) ? String(number) : String(bytes.readBigInt64LE(at));
}

import { sliceText, wholeText } from './binary-text.ts';
import { CodecError } from './codec-error.ts';

// A zipmap (Redis's zipmap.c), the small hashes before Redis 2.6: number of pairs (one byte), pairs, 0xff.
// A pair: length of the field, field, length of the value, how many bytes are unused after the value (one byte),
// value, unused bytes. A length: one byte, or 0xfe and 32 bits (little endian).
const LONG_LENGTH = 0xfe;
const END = 0xff;
/** The count in the header when there are this many pairs or more: then they must be counted. */
const UNKNOWN_COUNT = 0xfe;

/**
 * Fields and values in turn, as binary strings.
 * @throws CodecError when anything in it contradicts itself (`zipmapValidateIntegrity` with `deep`)
 */
export function readZipmap(bytes: Buffer): string[] {
  const end = bytes.length - 1;
  if (end < 1) throw new CodecError('zipmap: its size is wrong');
  if (bytes[end] !== END) throw new CodecError('zipmap: no end byte');
  const items: string[] = [];
  const whole = wholeText(bytes);
  let at = 1;
  while (at < end) {
    const fieldAt = at + lengthSize(bytes[at]!);
    const fieldEnd = fieldAt + readLength(bytes, at, fieldAt);
    // The value's length needs a byte before the end.
    if (fieldEnd >= end) throw tooLong(at);
    // After the length comes the number of unused bytes.
    const unusedAt = fieldEnd + lengthSize(bytes[fieldEnd]!);
    const valueLength = readLength(bytes, fieldEnd, unusedAt);
    const valueEnd = unusedAt + 1 + valueLength;
    if (unusedAt >= end || valueEnd + bytes[unusedAt]! > end) throw tooLong(at);
    items.push(sliceText(bytes, whole, fieldAt, fieldEnd), sliceText(bytes, whole, unusedAt + 1, valueEnd));
    at = valueEnd + bytes[unusedAt]!;
  }
  const count = bytes[0]!;
  if (count !== UNKNOWN_COUNT && count !== items.length / 2) {
    throw new CodecError(`zipmap: ${items.length / 2} pairs, not ${count}`);
  }
  return items;
}

function tooLong(at: number): CodecError {
  return new CodecError(`zipmap: the pair at ${at} is too long`);
}

function lengthSize(first: number): number {
  return first < LONG_LENGTH ? 1 : 5;
}

/** Reads the length whose bytes begin at `at` and end before `end`. */
function readLength(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at]!;
  if (first === END) throw new CodecError(`zipmap: it ends at ${at}`);
  if (first < LONG_LENGTH) return first;
  if (end >= bytes.length) throw tooLong(at);
  return bytes.readUInt32LE(at + 1);
}

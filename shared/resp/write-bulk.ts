import type { Bulk } from './reply.ts';

/** Up to this length a loop over the characters is faster than a call of the runtime. */
const LOOP_MAX = 32;
/** The most bytes around the content of a bulk string: `$536870912\r\n` and `\r\n`. */
export const FRAME_BYTES = 14;

const CR = 0x0d;
const LF = 0x0a;
const DOLLAR = 0x24;
const ZERO = 0x30;

/**
 * Writes a bulk string into a buffer at `start`, where there must be room for it and `FRAME_BYTES`.
 * @returns where it ends
 */
export function writeBulk(buffer: Buffer, text: Bulk, start: number): number {
  const { length } = text;
  let at = writeHeader(buffer, DOLLAR, length, start);
  if (typeof text !== 'string') at += text.copy(buffer, at);
  else if (length > LOOP_MAX) at += buffer.write(text, at, 'latin1');
  else {
    let i = 0;
    // Four in a row take two thirds of the time of four rounds.
    for (; i + 4 <= length; i += 4, at += 4) {
      buffer[at] = text.charCodeAt(i);
      buffer[at + 1] = text.charCodeAt(i + 1);
      buffer[at + 2] = text.charCodeAt(i + 2);
      buffer[at + 3] = text.charCodeAt(i + 3);
    }
    for (; i < length; i++) buffer[at++] = text.charCodeAt(i);
  }
  buffer[at++] = CR;
  buffer[at++] = LF;
  return at;
}

/** Writes `*3\r\n` or `$16\r\n`. @returns where it ends */
export function writeHeader(buffer: Buffer, type: number, count: number, start: number): number {
  let at = start;
  buffer[at++] = type;
  if (count < 10) buffer[at++] = ZERO + count;
  else if (count < 100) {
    buffer[at++] = ZERO + Math.floor(count / 10);
    buffer[at++] = ZERO + (count % 10);
  } else at += buffer.write(String(count), at, 'latin1');
  buffer[at++] = CR;
  buffer[at++] = LF;
  return at;
}

import { INDEX_BITS } from './hash.ts';

/**
 * A HyperLogLog is a string (Redis: `hllhdr`):
 *
 * | bytes | |
 * |---|---|
 * | 0–3 | `HYLL` |
 * | 4 | 0: dense, 1: sparse |
 * | 5–7 | zeros |
 * | 8–15 | the estimate that was computed last, lowest byte first; the upper bit says that it holds no more |
 * | 16– | 16,384 registers: six bits each, or runs (`sparse.ts`) |
 */
export const HEADER_BYTES = 16;
export const REGISTERS = 1 << INDEX_BITS;
export const DENSE_BYTES = HEADER_BYTES + (REGISTERS * 6) / 8;

const MAGIC = [0x48, 0x59, 0x4c, 0x4c];
const ENCODING = 4;
const DENSE = 0;
const SPARSE = 1;
const ESTIMATE = 8;
const STALE = 0x80;

/** An empty one: one run of zeros (Redis: `createHLLObject`). */
export function emptyHyperLogLog(): Uint8Array {
  // A run of 16,384 zeros.
  return Uint8Array.of(...MAGIC, SPARSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0xff);
}

/** All registers are zero; magic and estimate are those of `sparse`. */
export function emptyDense(sparse: Uint8Array): Uint8Array {
  const dense = new Uint8Array(DENSE_BYTES);
  dense.set(sparse.subarray(0, HEADER_BYTES));
  dense[ENCODING] = DENSE;
  return dense;
}

/** Whether a string begins as one, and is as long as a dense one must be (Redis: `isHLLObjectOrReply`). */
export function isHyperLogLog(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  for (let at = 0; at < MAGIC.length; at++) if (bytes[at] !== MAGIC[at]) return false;
  return bytes[ENCODING] === SPARSE || (bytes[ENCODING] === DENSE && bytes.length === DENSE_BYTES);
}

export function isDense(bytes: Uint8Array): boolean {
  return bytes[ENCODING] === DENSE;
}

/** The estimate that was computed last; undefined when something was added since. */
export function cachedEstimate(bytes: Uint8Array): bigint | undefined {
  if ((bytes[ESTIMATE + 7]! & STALE) !== 0) return undefined;
  return viewOf(bytes).getBigUint64(ESTIMATE, true);
}

export function cacheEstimate(bytes: Uint8Array, estimate: bigint): void {
  viewOf(bytes).setBigUint64(ESTIMATE, estimate, true);
}

/** Something was added (Redis: `HLL_INVALIDATE_CACHE`). */
export function invalidateEstimate(bytes: Uint8Array): void {
  bytes[ESTIMATE + 7]! |= STALE;
}

/** What is wrong with a string that begins as a HyperLogLog and does not go on as one. */
export class CorruptedHyperLogLog extends Error {}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

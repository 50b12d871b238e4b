import { raiseDense } from './dense.ts';
import { CorruptedHyperLogLog, emptyDense, HEADER_BYTES, invalidateEstimate, REGISTERS } from './format.ts';

/**
 * Runs of registers, which take few bytes while most registers are zero:
 *
 * | bytes | name in Redis | |
 * |---|---|---|
 * | `00xxxxxx` | ZERO | x + 1 registers are 0 |
 * | `01xxxxxx xxxxxxxx` | XZERO | x + 1 registers are 0 |
 * | `1vvvvvxx` | VAL | x + 1 registers are v + 1 |
 */
const XZERO = 0x40;
const VAL = 0x80;
const ZERO_MAX_RUN = 64;
const VAL_MAX_RUN = 4;
const VAL_MAX_RANK = 32;
/** Neighbours are joined among so many runs, from the one before the change on. */
const JOINED = 5;

/**
 * Sets a register to `rank`, unless it has as much already (Redis: `hllSparseSet`).
 * @returns the new bytes, dense where runs cannot say it in `maxBytes`; undefined when nothing has changed
 * @throws CorruptedHyperLogLog
 */
export function raiseSparse(bytes: Uint8Array, index: number, rank: number, maxBytes: number): Uint8Array | undefined {
  if (rank > VAL_MAX_RANK) return toDenseAndRaise(bytes, index, rank);
  let at = HEADER_BYTES;
  let before = at;
  let first = 0;
  while (at < bytes.length) {
    const after = first + runOf(bytes, at);
    if (after > index) break;
    first = after;
    before = at;
    at += sizeOf(bytes, at);
  }
  if (at >= bytes.length) throw new CorruptedHyperLogLog();
  const [run, old] = [runOf(bytes, at), rankOf(bytes, at)];
  if (old >= rank) return undefined;
  const runs = [...runsOf(index - first, old), VAL | ((rank - 1) << 2), ...runsOf(first + run - 1 - index, old)];
  const size = sizeOf(bytes, at);
  if (runs.length > size && bytes.length + runs.length - size > maxBytes) return toDenseAndRaise(bytes, index, rank);
  const changed = new Uint8Array(bytes.length + runs.length - size);
  changed.set(bytes.subarray(0, at));
  changed.set(runs, at);
  changed.set(bytes.subarray(at + size), at + runs.length);
  invalidateEstimate(changed);
  return joinRuns(changed, before);
}

/** @throws CorruptedHyperLogLog */
export function toDense(bytes: Uint8Array): Uint8Array {
  const dense = emptyDense(bytes);
  eachSparse(bytes, (index, rank) => void raiseDense(dense, index, rank));
  return dense;
}

/** Calls `visit` for each register that is not zero. @throws CorruptedHyperLogLog */
export function eachSparse(bytes: Uint8Array, visit: (index: number, rank: number) => void): void {
  let index = 0;
  for (let at = HEADER_BYTES; at < bytes.length; at += sizeOf(bytes, at)) {
    const [end, rank] = [index + runOf(bytes, at), rankOf(bytes, at)];
    if (end > REGISTERS) throw new CorruptedHyperLogLog();
    if (rank === 0) index = end;
    for (; index < end; index++) visit(index, rank);
  }
  if (index !== REGISTERS) throw new CorruptedHyperLogLog();
}

function toDenseAndRaise(bytes: Uint8Array, index: number, rank: number): Uint8Array | undefined {
  const dense = toDense(bytes);
  if (!raiseDense(dense, index, rank)) return undefined;
  invalidateEstimate(dense);
  return dense;
}

/** The bytes for `count` registers of the same rank; none for none. */
function runsOf(count: number, rank: number): number[] {
  if (count === 0) return [];
  if (rank > 0) return [VAL | ((rank - 1) << 2) | (count - 1)];
  return count > ZERO_MAX_RUN ? [XZERO | ((count - 1) >>> 8), (count - 1) & 0xff] : [count - 1];
}

/** Runs of the same rank beside each other become one, where it may be so long. */
function joinRuns(bytes: Uint8Array, from: number): Uint8Array {
  let { length } = bytes;
  let at = from;
  for (let left = JOINED; at < length && left > 0; left--) {
    const isValue = (bytes[at]! & VAL) !== 0;
    const joined = isValue && at + 1 < length && bytes[at]! >>> 2 === bytes[at + 1]! >>> 2 ? runOf(bytes, at) + runOf(bytes, at + 1) : Infinity;
    if (joined <= VAL_MAX_RUN) {
      bytes[at + 1] = (bytes[at]! & ~3) | (joined - 1);
      bytes.copyWithin(at, at + 1, length--);
    } else at += sizeOf(bytes, at);
  }
  return bytes.subarray(0, length);
}

function sizeOf(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & 0xc0) === XZERO ? 2 : 1;
}

/** How many registers the run at `at` is about. */
function runOf(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if ((byte & VAL) !== 0) return (byte & 3) + 1;
  if ((byte & XZERO) === 0) return (byte & 0x3f) + 1;
  return (((byte & 0x3f) << 8) | bytes[at + 1]!) + 1;
}

function rankOf(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & VAL) === 0 ? 0 : ((bytes[at]! >>> 2) & 0x1f) + 1;
}

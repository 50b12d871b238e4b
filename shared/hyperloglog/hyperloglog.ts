import { INT64_MIN } from '#shared/numbers/int64.ts';
import { eachDense, hasDense, raiseDense } from './dense.ts';
import { invalidateEstimate, isDense, REGISTERS } from './format.ts';
import { INDEX_BITS, MAX_RANK, placeOf } from './hash.ts';
import { eachSparse, raiseSparse, toDense } from './sparse.ts';

/** 0.5 / ln 2, as Redis writes it. */
const ALPHA = 0.7213475204444817;

/**
 * Adds an element (Redis: `hllAdd`). `maxBytes`: how long the sparse form may be.
 * @returns the bytes after it, which are others unless it is dense; undefined when nothing has changed
 * @throws CorruptedHyperLogLog
 */
export function addElement(bytes: Uint8Array, element: string, maxBytes: number): Uint8Array | undefined {
  const place = placeOf(element);
  return raise(bytes, place & (REGISTERS - 1), place >>> INDEX_BITS, maxBytes);
}

/** Whether a HyperLogLog is dense, and the element would change nothing: most calls of PFADD end here. */
export function hasElement(bytes: Uint8Array, element: string): boolean {
  if (!isDense(bytes)) return false;
  const place = placeOf(element);
  return hasDense(bytes, place & (REGISTERS - 1), place >>> INDEX_BITS);
}

/** Takes the larger rank of each register into `registers`, one byte each (Redis: `hllMerge`). @throws CorruptedHyperLogLog */
export function mergeInto(registers: Uint8Array, bytes: Uint8Array): void {
  const take = (index: number, rank: number): void => {
    if (rank > registers[index]!) registers[index] = rank;
  };
  if (isDense(bytes)) eachDense(bytes, take);
  else eachSparse(bytes, take);
}

/** Raises all registers of a HyperLogLog to at least those of `registers`. @returns its bytes afterwards @throws CorruptedHyperLogLog */
export function raiseAll(bytes: Uint8Array, registers: Uint8Array, dense: boolean, maxBytes: number): Uint8Array {
  let all = dense && !isDense(bytes) ? toDense(bytes) : bytes;
  for (let index = 0; index < REGISTERS; index++) {
    if (registers[index] !== 0) all = raise(all, index, registers[index]!, maxBytes) ?? all;
  }
  invalidateEstimate(all);
  return all;
}

/** About how many different elements were added (Redis: `hllCount`). @throws CorruptedHyperLogLog */
export function estimate(bytes: Uint8Array): bigint {
  const registers = new Uint8Array(REGISTERS);
  mergeInto(registers, bytes);
  return estimateOf(registers);
}

/**
 * The same of registers of one byte each, by how many of them have each rank: Otmar Ertl, "New cardinality estimation
 * algorithms for HyperLogLog sketches".
 */
export function estimateOf(registers: Uint8Array): bigint {
  const histogram = new Uint32Array(64);
  for (let index = 0; index < REGISTERS; index++) histogram[registers[index]!]!++;
  let z = REGISTERS * tau((REGISTERS - histogram[MAX_RANK]!) / REGISTERS);
  for (let rank = MAX_RANK - 1; rank >= 1; rank--) z = (z + histogram[rank]!) * 0.5;
  z += REGISTERS * sigma(histogram[0]! / REGISTERS);
  const elements = (ALPHA * REGISTERS * REGISTERS) / z;
  // Only registers that no element makes give no number; C makes this one of it.
  return Number.isFinite(elements) ? BigInt(Math.round(elements)) : INT64_MIN;
}

function raise(bytes: Uint8Array, index: number, rank: number, maxBytes: number): Uint8Array | undefined {
  if (!isDense(bytes)) return raiseSparse(bytes, index, rank, maxBytes);
  return raiseDense(bytes, index, rank) ? bytes : undefined;
}

/** Redis: `hllSigma`. */
function sigma(x: number): number {
  if (x === 1) return Infinity;
  let [power, factor, sum, before] = [x, 1, x, NaN];
  while (sum !== before) {
    power *= power;
    before = sum;
    sum += power * factor;
    factor += factor;
  }
  return sum;
}

/** Redis: `hllTau`. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [root, factor, sum, before] = [x, 1, 1 - x, NaN];
  while (sum !== before) {
    root = Math.sqrt(root);
    before = sum;
    factor *= 0.5;
    sum -= (1 - root) * (1 - root) * factor;
  }
  return sum / 3;
}

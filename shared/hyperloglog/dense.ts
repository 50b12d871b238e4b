import { HEADER_BYTES, REGISTERS } from './format.ts';

/** Registers of six bits, from the lower bits of a byte to the upper ones: four of them take three bytes. */
const MAX = 63;

/** Sets a register to `rank`, unless it has as much already (Redis: `hllDenseSet`). @returns whether it has changed */
export function raiseDense(bytes: Uint8Array, index: number, rank: number): boolean {
  const at = HEADER_BYTES + ((index * 6) >>> 3);
  const shift = (index * 6) & 7;
  // The last register ends with the last byte: nothing is there to be read after it, and that counts as zeros.
  const both = bytes[at]! | (bytes[at + 1]! << 8);
  if (((both >>> shift) & MAX) >= rank) return false;
  const changed = (both & ~(MAX << shift)) | (rank << shift);
  bytes[at] = changed;
  bytes[at + 1] = changed >>> 8;
  return true;
}

/** Whether a register has `rank` or more already. */
export function hasDense(bytes: Uint8Array, index: number, rank: number): boolean {
  const at = HEADER_BYTES + ((index * 6) >>> 3);
  const both = bytes[at]! | (bytes[at + 1]! << 8);
  return ((both >>> ((index * 6) & 7)) & MAX) >= rank;
}

/** Calls `visit` for all registers in turn. */
export function eachDense(bytes: Uint8Array, visit: (index: number, rank: number) => void): void {
  let at = HEADER_BYTES;
  for (let index = 0; index < REGISTERS; index += 4, at += 3) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    visit(index, four & MAX);
    visit(index + 1, (four >>> 6) & MAX);
    visit(index + 2, (four >>> 12) & MAX);
    visit(index + 3, four >>> 18);
  }
}

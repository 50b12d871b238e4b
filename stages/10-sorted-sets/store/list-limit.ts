import { limits } from './packing.ts';

/** What `list-max-listpack-size` -1 to -5 means, in bytes. A limit from 0 on is a number of elements. */
const SIZES = [4096, 8192, 16384, 32768, 65536];
/** Where the limit is a number of elements, a listpack is no larger all the same; bytes (Redis: SIZE_SAFETY_LIMIT). */
const SAFE_SIZE = 8192;

/** Whether this number of bytes and elements is too much for one listpack (Redis: `quicklistNodeExceedsLimit`). */
export function exceedsListLimit(bytes: number, length: number): boolean {
  const limit = limits['list-max-listpack-size'];
  return limit < 0 ? bytes > sizeOf(limit) : bytes > SAFE_SIZE || length > Math.max(limit, 1);
}

/** Whether a list is within the limit, or within that share of it (Redis: `listTypeTryConvertQuicklist`). */
export function fitsListpack(bytes: number, length: number, share: number): boolean {
  const limit = limits['list-max-listpack-size'];
  return limit < 0 ? bytes <= sizeOf(limit) * share : length <= Math.floor(Math.max(limit, 1) * share);
}

function sizeOf(limit: number): number {
  return SIZES[Math.min(-limit, SIZES.length) - 1]!;
}

import { getHeapStatistics } from 'node:v8';
import { bytesToHuman } from './info/format.ts';
import { log } from './log.ts';

/** Keys and values may take this share of V8's heap: what is left is for everything else, and for garbage. */
const SAFE_SHARE = 0.6;

/** V8 ends the process when its heap is full; bytes. */
export function safeShareOfHeap(): number {
  return Math.floor(getHeapStatistics().heap_size_limit * SAFE_SHARE);
}

/** Warns when `maxmemory`, 0 for no limit, is more than V8's heap can hold, and says how the heap is made larger. */
export function warnOfHeap(maxmemory: number): void {
  if (maxmemory !== 0 && maxmemory <= safeShareOfHeap()) return;
  const heap = bytesToHuman(getHeapStatistics().heap_size_limit);
  const needed = maxmemory === 0 ? '<MB>' : Math.ceil(maxmemory / SAFE_SHARE / 1024 ** 2);
  const limit = maxmemory === 0 ? 'no limit' : bytesToHuman(maxmemory);
  log.warning(
    `maxmemory is ${limit}, and V8's heap of ${heap} ends the process when it is full. ` +
      `A larger heap: node --max-old-space-size=${needed}, or NODE_OPTIONS=--max-old-space-size=${needed} npm run stage`,
  );
}

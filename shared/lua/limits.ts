import { getHeapStatistics } from 'node:v8';

/** What a script may use. */
export interface LuaLimits {
  /** How many steps (turns of loops, calls) are between two calls of `check`. */
  stepsPerCheck: number;
  /** Called every so many steps. May throw, `LuaStop` ends the script. True requests a pause; `canPause` says whether that is possible now. */
  check: (canPause: boolean) => boolean;
  /** The longest string that a script may make, in bytes. */
  stringLength: number;
  /** How deep pausable functions may call each other (`LUAI_MAXCALLS`). */
  depth: number;
  /** Words of the JavaScript stack that plain functions may take. */
  room: number;
  /** Whether there is memory left; called as often as `check`. */
  hasMemory: () => boolean;
}

export const DEFAULT_LIMITS: LuaLimits = {
  stepsPerCheck: 10_000,
  check: () => false,
  stringLength: 2 ** 28,
  depth: 20_000,
  room: 90_000,
  hasMemory,
};

/** A script is refused more before the JavaScript heap is full, which would end the process. */
const HEAP_SHARE = 0.85;

function hasMemory(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used < limit * HEAP_SHARE;
}

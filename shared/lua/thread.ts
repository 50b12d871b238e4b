import type { LuaFunction, LuaSteps } from './function.ts';
import type { Site } from './site.ts';

/**
 * A coroutine, or the main thread of a state. It has a frame for each Lua function that runs, and for each native one
 * that calls back: where in the script it stands, for the positions in errors.
 */
export class LuaThread {
  readonly type: 'thread' = 'thread';
  readonly isMain: boolean;
  /** The function of a coroutine that has not begun. */
  body: LuaFunction | undefined;
  status: 'suspended' | 'running' | 'normal' | 'dead' = 'suspended';
  /** Of each frame: which of its sites is being run. */
  readonly at: number[] = [];
  /** Of each frame: the sites of its chunk; undefined for a native function. Frames count from 1. */
  readonly sites: (readonly Site[] | undefined)[] = [];
  depth = 0;
  /** The pausable functions that run, the innermost last. */
  readonly stack: LuaSteps[] = [];
  /** The thread that has resumed this one. */
  resumer: LuaThread | undefined;
  /** How many native functions and metamethods stand between here and the thread's start: Lua 5.1 yields across none. */
  boundaries = 0;

  constructor(body?: LuaFunction) {
    this.body = body;
    this.isMain = body === undefined;
  }
}

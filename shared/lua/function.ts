import type { LuaValue } from './value.ts';

/** What a pausable function asks of the engine: call this function, and go on with its results. */
export class LuaCall {
  readonly callee: LuaValue;
  readonly args: readonly LuaValue[];

  constructor(callee: LuaValue, args: readonly LuaValue[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** A function while it runs pausably: it yields calls (and other requests of the engine), and returns its results. */
export type LuaSteps = Generator<unknown, readonly LuaValue[], readonly LuaValue[]>;

/**
 * A function of Lua, or a native one. Arguments and results are arrays that nobody changes once they are handed over:
 * a function may return the array that it was given.
 *
 * A native function that calls none of Lua's is `new LuaFunction('rep', (args) => [...])`.
 */
export class LuaFunction {
  readonly type: 'function' = 'function';
  readonly name: string;
  /** Runs the function to its end. Throws `LuaError`. */
  call: (args: readonly LuaValue[]) => readonly LuaValue[];
  /** The pausable form, for functions that call others. Without one, `call` is used in both forms. */
  start: ((args: readonly LuaValue[]) => LuaSteps) | undefined;

  constructor(
    name: string,
    call: (args: readonly LuaValue[]) => readonly LuaValue[],
    start?: (args: readonly LuaValue[]) => LuaSteps,
  ) {
    this.name = name;
    this.call = call;
    this.start = start;
  }
}

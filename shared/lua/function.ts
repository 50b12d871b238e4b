import type { Site } from './site.ts';
import type { LuaValue } from './value.ts';

/** Arguments or results. Nobody changes such an array once it is handed over: a function may return the one it was given. */
export type LuaValues = readonly LuaValue[];

/** What a function holds of the functions around it: a variable that closures share, or the value of one that does not change. */
export type Upvalue = LuaValue | { v: LuaValue };
export type Upvalues = readonly Upvalue[];

/**
 * The request of a pausable function to the engine: call this function, and continue with its results. A call by the script itself
 * is an ordinary one; those by native functions and of metamethods are boundaries that `coroutine.yield` cannot cross.
 */
export class LuaCall {
  readonly callee: LuaFunction;
  readonly args: LuaValues;
  readonly kind: 'script' | 'native' | 'metamethod';
  /** Where the script stands, when it calls a metamethod. */
  readonly site: Site | undefined;

  constructor(callee: LuaFunction, args: LuaValues, kind: LuaCall['kind'] = 'native', site?: Site) {
    this.callee = callee;
    this.args = args;
    this.kind = kind;
    this.site = site;
  }
}

/** A function while it runs pausably: it yields calls (and other requests of the engine), and returns its results. */
export type LuaSteps = Generator<unknown, LuaValues | LuaCall, LuaValues>;

/**
 * A function of Lua, or a native one.
 *
 * A native function that calls none of Lua's is `new LuaFunction('rep', (args) => [...])`. One that calls functions of
 * the script is made by `LuaState.callingBack`, from a generator that yields its calls.
 */
export class LuaFunction {
  readonly type: 'function' = 'function';
  readonly name: string;
  /** What `call` runs. Closures of the same function of a script share it: so V8 knows what it calls, and a closure is cheap. */
  readonly code: (args: LuaValues, upvalues: Upvalues) => LuaValues;
  readonly upvalues: Upvalues;
  /** Whether it has a pausable form; where it has none, `call` is used while others run pausably. */
  readonly pausable: boolean;
  private readonly steps: ((args: LuaValues) => LuaSteps) | undefined;

  constructor(
    name: string,
    code: LuaFunction['code'],
    steps?: (args: LuaValues) => LuaSteps,
    pausable = steps !== undefined,
    upvalues: Upvalues = NO_UPVALUES,
  ) {
    this.name = name;
    this.code = code;
    this.steps = steps;
    this.pausable = pausable;
    this.upvalues = upvalues;
  }

  /** Runs the function to its end. Throws `LuaError`. */
  call(args: LuaValues): LuaValues {
    return this.code(args, this.upvalues);
  }

  /** Begins the pausable form. */
  start(args: LuaValues): LuaSteps {
    if (this.steps === undefined) throw new Error(`${this.name} has no pausable form`);
    return this.steps(args);
  }
}

const NO_UPVALUES: Upvalues = [];

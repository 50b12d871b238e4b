import type { Site } from './site.ts';
import type { LuaValue } from './value.ts';

/**
 * An error of a script, which `pcall` catches. The value may be anything: `error{code = 1}` throws a table.
 *
 * A native function throws `new LuaError('text')`, and the engine adds the position of the caller in the script
 * (`user_script:3: text`), as `luaL_error` does. With level 0 the text stays as it is; level 2 names the caller's caller.
 * What is no string never gets a position.
 */
export class LuaError extends Error {
  value: LuaValue;
  /** Which function's position is still to be added: 1 is the one that called the native function, 0 is none. */
  level: number;
  /** Which argument is wrong, for an error that names the function as its caller calls it (`luaL_argerror`). */
  argument: number | undefined;
  /** Where the script was when the error was raised; undefined: in a native function that no script has called. */
  site: Site | undefined;

  constructor(value: LuaValue, level = 1, argument?: number) {
    // the stack would be that of the engine: it is of no use to a script's author, and costs microseconds
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(typeof value === 'string' ? value : 'a script failed');
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'LuaError';
    this.value = value;
    this.level = typeof value === 'string' ? level : 0;
    this.argument = argument;
  }
}

/** Ends a script for good: `pcall` does not catch it. For hosts, which end a script that runs too long. */
export class LuaStop extends Error {
  override name = 'LuaStop';
}

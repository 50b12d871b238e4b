import type { LuaSteps, LuaValues } from '#shared/lua/function.ts';
import { openLibraries } from '#shared/lua/lib/open.ts';
import { LuaState } from '#shared/lua/state.ts';
import { LuaFunction, LuaTable } from '#shared/lua/value.ts';
import { checkLimits } from './busy.ts';
import type { Running } from './redis-table.ts';

/** A world of Lua with the libraries that Redis opens. */
export function createState(running: Running): LuaState {
  const state = new LuaState({ check: (canPause) => checkLimits(running, canPause) });
  openLibraries(state);
  replacePcall(state);
  return state;
}

/**
 * Redis's own `pcall`: of an error that is a table, such as those of `redis.call`, it returns the text (Redis:
 * `luaRedisPcall`).
 */
function replacePcall({ globals }: LuaState): void {
  const own = globals.get('pcall') as LuaFunction;
  const steps = function* (args: LuaValues): LuaSteps {
    return withText((yield* own.start(args)) as LuaValues);
  };
  globals.set('pcall', new LuaFunction('pcall', (args) => withText(own.call(args)), steps));
}

function withText(results: LuaValues): LuaValues {
  const [ok, error] = results;
  if (ok !== false || !(error instanceof LuaTable)) return results;
  const text = error.get('err');
  return typeof text === 'string' || typeof text === 'number' ? [false, text] : results;
}

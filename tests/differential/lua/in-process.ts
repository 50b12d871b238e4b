import { openLibraries } from '#shared/lua/lib/open.ts';
import { LuaState } from '#shared/lua/state.ts';
import { LuaTable } from '#shared/lua/value.ts';

/** Runs a script that returns a table of texts. */
export function runHere(script: string): string[] {
  const state = new LuaState();
  openLibraries(state);
  const [out] = state.run(state.load(script, '@user_script'), []);
  if (!(out instanceof LuaTable)) throw new Error('the script returns no table');
  return Array.from({ length: out.length() }, (_, at) => String(out.get(at + 1)));
}

import type { LuaState } from '../state.ts';
import { LuaTable } from '../value.ts';
import { openBase } from './base.ts';
import { createBitLibrary } from './bit.ts';
import { createJsonLibrary } from './cjson.ts';
import { createMessagePackLibrary } from './cmsgpack.ts';
import { openCoroutine } from './coroutine.ts';
import { openMath } from './math.ts';
import { createStringLibrary } from './string.ts';
import { createStructLibrary } from './struct.ts';
import { openTable } from './table.ts';

/** All libraries that Redis opens. */
export function openLibraries(state: LuaState): void {
  openBase(state);
  openTable(state);
  openMath(state);
  openString(state);
  openCoroutine(state);
  state.globals.set('bit', createBitLibrary());
  state.globals.set('struct', createStructLibrary(state));
  state.globals.set('cjson', createJsonLibrary(state));
  state.globals.set('cmsgpack', createMessagePackLibrary(state));
}

/** Strings have the library as their metatable's `__index`: `("x"):rep(3)`. */
function openString(state: LuaState): void {
  const string = createStringLibrary(state);
  state.globals.set('string', string);
  state.stringMetatable = new LuaTable();
  state.stringMetatable.set('__index', string);
}

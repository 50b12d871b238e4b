import type { LuaState } from '../state.ts';
import { openBase } from './base.ts';
import { openMath } from './math.ts';
import { openTable } from './table.ts';

/** All libraries that Redis opens. */
export function openLibraries(state: LuaState): void {
  openBase(state);
  openTable(state);
  openMath(state);
}

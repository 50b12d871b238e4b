import { LuaFunction, LuaTable, type LuaValue } from '../value.ts';
import type { LuaValues } from '../function.ts';

/** A table of native functions. */
export function library(functions: Record<string, (args: LuaValues) => LuaValues>): LuaTable {
  const table = new LuaTable();
  for (const [name, call] of Object.entries(functions)) table.set(name, new LuaFunction(name, call));
  return table;
}

/** One result. */
export function one(value: LuaValue): LuaValues {
  return [value];
}

import { LuaError, LuaFunction, LuaTable } from '#shared/lua/value.ts';
import { formatNumber } from '#shared/lua/number.ts';

/** A metatable that makes it an error to ask for a field that is not there (Redis: `luaSetErrorMetatable`). */
export function refuseUnknown(): LuaTable {
  const metatable = new LuaTable();
  const refuse = new LuaFunction('__index', ([, name]) => {
    if (typeof name !== 'string' && typeof name !== 'number') {
      throw new LuaError('Second argument to luaProtectedTableError must be a string or number');
    }
    const shown = typeof name === 'number' ? formatNumber(name) : name;
    throw new LuaError(`Script attempted to access nonexistent global variable '${shown}'`);
  });
  metatable.set('__index', refuse);
  return metatable;
}

/** Makes a table, the tables in it, and their metatables read-only (Redis: `luaSetTableProtectionRecursively`). */
export function protectTables(table: LuaTable): void {
  if (table.readonly) return;
  table.readonly = true;
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    if (entry[1] instanceof LuaTable) protectTables(entry[1]);
  }
  if (table.metatable !== undefined) protectTables(table.metatable);
}

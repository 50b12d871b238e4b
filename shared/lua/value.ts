import type { LuaFunction } from './function.ts';
import type { LuaTable } from './table.ts';
import type { LuaThread } from './thread.ts';
import type { LuaUserdata } from './userdata.ts';

export { LuaError, LuaStop } from './error.ts';
export { LuaFunction } from './function.ts';
export { LuaTable } from './table.ts';
export { LuaThread } from './thread.ts';
export { LuaUserdata } from './userdata.ts';

/**
 * A value of Lua. `undefined` is nil. A string is a byte string: one character per byte, 0 to 255. Numbers are doubles.
 */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaThread | LuaUserdata;

/** The name of a value's type, as `type(value)` gives it. */
export function typeOf(value: LuaValue): 'nil' | 'boolean' | 'number' | 'string' | 'table' | 'function' | 'thread' | 'userdata' {
  if (value === undefined) return 'nil';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : value.type;
}

/** Everything but nil and false is true. */
export function isTrue(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

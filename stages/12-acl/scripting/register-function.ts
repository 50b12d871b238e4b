import { LuaFunction, LuaTable, type LuaValue } from '#shared/lua/value.ts';
import { formatNumber } from '#shared/lua/number.ts';
import { BAD_NAME, isName } from './library-header.ts';
import type { ScriptFunction } from './library.ts';
import { luaError } from './redis-table.ts';
import { isScriptFlag, type ScriptFlag } from './script-flags.ts';

/**
 * `redis.register_function(name, callback)`, or with one table of `function_name`, `callback`, `flags`, `description`, adds to
 * the functions of the library that is being loaded (Redis: `luaRegisterFunction`). @throws LuaError
 */
export function registerFunction(functions: Map<string, ScriptFunction> | undefined, args: readonly LuaValue[]): void {
  if (functions === undefined) throw luaError('redis.register_function can only be called on FUNCTION LOAD command');
  if (args.length < 1 || args.length > 2) throw luaError('wrong number of arguments to redis.register_function');
  const registered = args.length === 1 ? readNamed(args[0]) : readPositional(args);
  const { name } = registered;
  if (!isName(name)) throw luaError(BAD_NAME.slice('ERR '.length));
  if (functions.has(name)) throw luaError('Function already exists in the library');
  functions.set(name, registered);
}

function readPositional([name, callback]: readonly LuaValue[]): ScriptFunction {
  const text = textOf(name);
  if (text === undefined) throw luaError('first argument to redis.register_function must be a string');
  if (!(callback instanceof LuaFunction)) throw luaError('second argument to redis.register_function must be a function');
  return { name: text, callback, description: undefined, flags: new Set() };
}

function readNamed(table: LuaValue): ScriptFunction {
  if (!(table instanceof LuaTable)) {
    throw luaError('calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).');
  }
  const found: { name?: string; description?: string; callback?: LuaFunction; flags?: ReadonlySet<ScriptFlag> } = {};
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    const [key, value] = entry;
    const name = textOf(key);
    if (name === undefined) throw luaError('named argument key given to redis.register_function is not a string');
    switch (name.toLowerCase()) {
      case 'function_name':
        found.name = expectText(value, name);
        break;
      case 'description':
        found.description = expectText(value, name);
        break;
      case 'callback':
        if (!(value instanceof LuaFunction)) throw luaError('callback argument given to redis.register_function must be a function');
        found.callback = value;
        break;
      case 'flags':
        found.flags = readFlags(value);
        break;
      default:
        throw luaError('unknown argument given to redis.register_function');
    }
  }
  const { name, callback, description, flags = new Set() } = found;
  if (name === undefined) throw luaError('redis.register_function must get a function name argument');
  if (callback === undefined) throw luaError('redis.register_function must get a callback argument');
  return { name, callback, description, flags };
}

function readFlags(value: LuaValue): ReadonlySet<ScriptFlag> {
  if (!(value instanceof LuaTable)) throw luaError('flags argument to redis.register_function must be a table representing function flags');
  const flags = new Set<ScriptFlag>();
  for (let i = 1; ; i++) {
    const flag = value.get(i);
    if (flag === undefined) return flags;
    const name = textOf(flag)?.toLowerCase();
    if (name === undefined || !isScriptFlag(name)) throw luaError('unknown flag given');
    flags.add(name);
  }
}

function expectText(value: LuaValue, name: string): string {
  const text = textOf(value);
  if (text === undefined) throw luaError(`${name.toLowerCase()} argument given to redis.register_function must be a string`);
  return text;
}

/** As `lua_tostring`: of a string or a number. */
function textOf(value: LuaValue): string | undefined {
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : undefined;
}

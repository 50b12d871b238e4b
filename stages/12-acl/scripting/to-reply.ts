import { LuaTable, type LuaValue } from '#shared/lua/value.ts';
import { formatDouble } from '#shared/numbers/double.ts';
import { normalizeInt64, type Int64 } from '#shared/numbers/int64.ts';
import { BigNumber, Double, MapReply, ReplyError, SetReply, Status, Verbatim, type Reply } from '#shared/resp/reply.ts';

/** So deep may tables stand within tables: JavaScript's stack has an end, too. (Lua's comes after 7,995 in Redis.) */
const MAX_DEPTH = 1000;
const SMALLEST = -(2n ** 63n);

export interface Conversion {
  /** What `redis.setresp` chose: it decides what booleans become. */
  readonly protocol: 2 | 3;
  /** Gets the errors that are found: they count as failures of the request. */
  readonly errors: ReplyError[];
}

/**
 * What a script returns, as a reply (Redis: `luaReplyToRedisReply`). Numbers lose their fraction, an array ends at its
 * first nil, and tables with a field `err`, `ok`, `double`, `map`, … are what that names.
 */
export function toReply(value: LuaValue, how: Conversion, depth = 0): Reply {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return integerOf(value);
  if (typeof value === 'boolean') return how.protocol === 3 ? value : value ? 1 : null;
  if (!(value instanceof LuaTable)) return null;
  if (depth >= MAX_DEPTH) return noted(new ReplyError('ERR reached lua stack limit'), how);
  return typedReply(value, how, depth) ?? arrayReply(value, how, depth);
}

/** The error of a table with a string in `err`, as `redis.pcall` and `redis.error_reply` make it. */
export function errorOf(table: LuaTable): ReplyError | undefined {
  const text = textIn(table, 'err');
  if (text === undefined) return undefined;
  const error = new ReplyError(text);
  error.counted = table.get('ignore_error_stats_update') === true;
  return error;
}

/** As C casts a double to a 64-bit integer. */
function integerOf(value: number): Int64 {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return Math.trunc(value) + 0;
  if (!(Math.abs(value) < 2 ** 63)) return SMALLEST;
  return normalizeInt64(BigInt(value));
}

/** In the order in which Redis looks at the fields. */
function typedReply(table: LuaTable, how: Conversion, depth: number): Reply | undefined {
  const error = errorOf(table);
  if (error !== undefined) return noted(error, how);
  const status = textIn(table, 'ok');
  if (status !== undefined) return new Status(oneLine(status));
  const double = table.get('double');
  if (typeof double === 'number') return new Double(Number.isNaN(double) ? '-nan' : formatDouble(double));
  const big = textIn(table, 'big_number');
  if (big !== undefined) return new BigNumber(oneLine(big));
  const verbatim = table.get('verbatim_string');
  if (verbatim instanceof LuaTable) {
    const [format, text] = [textIn(verbatim, 'format'), textIn(verbatim, 'string')];
    if (format !== undefined && text !== undefined) return new Verbatim(format.slice(0, 3).padEnd(3), text);
  }
  const map = table.get('map');
  if (map instanceof LuaTable) return new MapReply(entriesOf(map).flatMap((entry) => entry.map((each) => toReply(each, how, depth + 1))));
  const set = table.get('set');
  if (set instanceof LuaTable) return new SetReply(entriesOf(set).map(([member]) => toReply(member, how, depth + 1)));
  return undefined;
}

function arrayReply(table: LuaTable, how: Conversion, depth: number): Reply {
  const items: Reply[] = [];
  for (let i = 1; ; i++) {
    const item = table.get(i);
    if (item === undefined) return items;
    items.push(toReply(item, how, depth + 1));
  }
}

function noted(error: ReplyError, { errors }: Conversion): ReplyError {
  errors.push(error);
  return error;
}

function entriesOf(table: LuaTable): [key: LuaValue, value: LuaValue][] {
  const entries: [LuaValue, LuaValue][] = [];
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) entries.push([entry[0], entry[1]]);
  return entries;
}

function textIn(table: LuaTable, name: string): string | undefined {
  const value = table.get(name);
  return typeof value === 'string' ? value : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}

import { LuaTable, type LuaValue } from '#shared/lua/value.ts';
import {
  BigNumber,
  Double,
  MapReply,
  NULL_ARRAY,
  Push,
  Replies,
  ReplyError,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#shared/resp/reply.ts';

/**
 * A command's reply as the script gets it (Redis: `redisProtocolToLuaType`). `protocol`: what `redis.setresp` chose; with 2,
 * a map is a flat array and null is `false`, with 3, null is `nil` and each type has its table.
 */
export function toLua(reply: Reply, protocol: 2 | 3): LuaValue {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return reply;
  if (typeof reply === 'bigint') return Number(reply);
  if (reply === null || reply === NULL_ARRAY) return protocol === 3 ? undefined : false;
  if (Array.isArray(reply)) return arrayToLua(reply as readonly Reply[], protocol);
  if (reply instanceof Status) return tableOf('ok', reply.text);
  if (reply instanceof ReplyError) return errorToLua(reply);
  if (reply instanceof Buffer) return reply.toString('latin1');
  return protocol === 3 ? typeToLua(reply) : plainToLua(reply);
}

/** `{ err = 'CODE text' }`. A reply that passes it on does not count it a second time. */
export function errorToLua({ message }: ReplyError): LuaTable {
  // In the order in which Lua's own tables would give them.
  const table = tableOf('ignore_error_stats_update', true);
  table.set('err', message.replace(/[\r\n]/g, ' '));
  return table;
}

/** A table with this one field. */
export function tableOf(name: string, value: LuaValue): LuaTable {
  const table = new LuaTable();
  table.set(name, value);
  return table;
}

function arrayToLua(items: readonly Reply[], protocol: 2 | 3): LuaTable {
  return new LuaTable(items.map((item) => toLua(item, protocol)));
}

/** As a client of RESP2 would get it. */
function plainToLua(reply: Reply): LuaValue {
  if (typeof reply === 'boolean') return reply ? 1 : 0;
  if (reply instanceof MapReply) return arrayToLua(reply.flat, 2);
  if (reply instanceof SetReply) return arrayToLua(reply.members, 2);
  if (reply instanceof Push) return arrayToLua(reply.items, 2);
  if (reply instanceof Double || reply instanceof Verbatim || reply instanceof BigNumber) return reply.text;
  return reply instanceof Replies ? toLua(reply.replies[0] ?? null, 2) : undefined;
}

/** Each type of RESP3 in a table that says what it is. */
function typeToLua(reply: Reply): LuaValue {
  if (typeof reply === 'boolean') return reply;
  if (reply instanceof Double) return tableOf('double', parseText(reply.text));
  if (reply instanceof BigNumber) return tableOf('big_number', reply.text);
  if (reply instanceof MapReply) return tableOf('map', mapToLua(reply.flat));
  if (reply instanceof SetReply) return tableOf('set', setToLua(reply.members));
  if (reply instanceof Push) return arrayToLua(reply.items, 3);
  if (reply instanceof Verbatim) {
    const verbatim = tableOf('string', reply.text);
    verbatim.set('format', reply.format);
    return tableOf('verbatim_string', verbatim);
  }
  return reply instanceof Replies ? toLua(reply.replies[0] ?? null, 3) : undefined;
}

function mapToLua(flat: readonly Reply[]): LuaTable {
  const table = new LuaTable();
  for (let i = 0; i + 1 < flat.length; i += 2) table.set(toLua(flat[i]!, 3), toLua(flat[i + 1]!, 3));
  return table;
}

function setToLua(members: readonly Reply[]): LuaTable {
  const table = new LuaTable();
  for (const member of members) table.set(toLua(member, 3), true);
  return table;
}

/** A double as Redis prints it. */
function parseText(text: string): number {
  if (text === 'inf') return Infinity;
  return text === '-inf' ? -Infinity : Number(text);
}

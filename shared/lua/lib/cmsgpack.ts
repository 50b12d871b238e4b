import { argumentError, checkInteger, checkString, optInteger } from '../arguments.ts';
import { LuaError, type LuaTable, type LuaValue } from '../value.ts';
import { encodeMessagePack } from './cmsgpack-encode.ts';
import { MessagePackReader } from './cmsgpack-decode.ts';
import { createLibrary, type LibraryHost } from './host.ts';
import { TextBuilder } from './text-builder.ts';

/** `pack` needs as much room on Lua's stack again as its arguments take. */
const MAX_ARGUMENTS = 4_000;
const INT_MAX = 2 ** 31 - 1;

/** The library `cmsgpack` (lua-cmsgpack 0.4.0). */
export function createMessagePackLibrary(host: LibraryHost): LuaTable {
  const library = createLibrary({
    pack: (args) => pack(args, host),
    unpack: (args) => unpackSome(checkString(args, 0), 0, 0, args.length),
    unpack_one: (args) => unpackSome(checkString(args, 0), 1, optInteger(args, 1, 0), 1),
    unpack_limit: (args) =>
      unpackSome(checkString(args, 0), checkInteger(args, 1), optInteger(args, 2, 0), 1),
  });
  library.set('_NAME', 'cmsgpack');
  library.set('_VERSION', 'lua-cmsgpack 0.4.0');
  library.set('_COPYRIGHT', 'Copyright (C) 2012, Salvatore Sanfilippo');
  library.set('_DESCRIPTION', 'MessagePack C implementation for Lua');
  return library;
}

/** All arguments, one after the other. */
function pack(args: readonly LuaValue[], host: LibraryHost): LuaValue[] {
  if (args.length === 0) throw argumentError(-1, 'MessagePack pack needs input.');
  if (args.length > MAX_ARGUMENTS) throw argumentError(-1, 'Too many arguments for MessagePack pack.');
  const packed = new TextBuilder(host);
  for (const value of args) encodeMessagePack(value, packed);
  return [packed.toString()];
}

/**
 * Up to `limit` values from `offset` on, and in front of them the offset at which they end (-1: the end). With neither, all of them,
 * and no offset. The errors show an offset's last 32 bits.
 */
function unpackSome(data: string, limit: number, offset: number, stack: number): LuaValue[] {
  if (limit < 0 || offset < 0) {
    throw new LuaError(`Invalid request to unpack with offset of ${offset | 0} and limit of ${data.length}.`);
  }
  if (offset > data.length) {
    throw new LuaError(`Start offset ${offset | 0} greater than input length ${data.length}.`);
  }
  const isAll = limit === 0 && offset === 0;
  const most = isAll ? INT_MAX : limit;
  const reader = new MessagePackReader(data, offset);
  const values: LuaValue[] = [];
  while (!reader.ended && values.length < most) values.push(reader.read(stack + values.length));
  return isAll ? values : [reader.ended ? -1 : reader.at, ...values];
}

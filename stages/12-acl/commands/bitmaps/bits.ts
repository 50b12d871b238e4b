import { keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { byteOfString, lengthOfString, stringToChange } from '../../store/string-bytes.ts';
import { parseLongLong } from '../arguments.ts';
import { parseBitOffset } from './arguments.ts';

/** Strings as bits: bit 0 is the upper one of the first byte (Redis: bitops.c). */
export const bits: Family = {
  group: 'bitmap',
  rows: [
    {
      name: 'setbit',
      arity: 4,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW access update')],
      since: '2.2.0',
      summary: 'Sets a bit to 0 or 1.',
      run: setbit,
    },
    {
      name: 'getbit',
      arity: 3,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO access')],
      since: '2.2.0',
      summary: 'One bit of a string.',
      run: getbit,
    },
  ],
};

/** `SETBIT key offset 0|1`: a string that is too short grows; a bit that keeps its value is no change. @returns the bit before */
function setbit(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const offset = parseBitOffset(request, args[2]!, true);
  const bit = parseLongLong(args[3]!, NOT_A_BIT);
  if (bit !== 0 && bit !== 1) throw new ReplyError(NOT_A_BIT);
  const value = db.lookupWrite(key);
  const at = Math.floor(offset / 8);
  const before = byteOfString(value, at);
  const mask = 0x80 >> (offset % 8);
  const grows = at >= lengthOfString(value);
  const raw = stringToChange(db, key, value, at + 1);
  if (grows || ((before & mask) !== 0) !== (bit === 1)) {
    raw.asBytes()[at] = bit === 1 ? before | mask : before & ~mask;
    db.signalModified(key, 'setbit');
  }
  return (before & mask) === 0 ? 0 : 1;
}

function getbit(request: Request): Reply {
  const { db, args } = request;
  const offset = parseBitOffset(request, args[2]!, false);
  const byte = byteOfString(db.lookupRead(args[1]!), Math.floor(offset / 8));
  return (byte >> (7 - (offset % 8))) & 1;
}

const NOT_A_BIT = 'ERR bit is not an integer or out of range';

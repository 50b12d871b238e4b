import { combineBits, type BitOperation } from '#shared/bits/bit-operation.ts';
import { keyAt, keyRange } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import { RawString } from '../../store/raw-string.ts';
import { bytesOfString } from '../../store/string-bytes.ts';
import { syntaxError } from '../arguments.ts';

/** Strings combined bit by bit. */
export const bitOperations: Family = {
  group: 'bitmap',
  rows: [
    {
      name: 'bitop',
      arity: -4,
      flags: 'write denyoom',
      keys: [keyAt(2, 'OW update'), keyRange(3, -1, 1, 'RO access')],
      since: '2.6.0',
      summary: 'Stores strings combined by AND, OR or XOR, or one inverted by NOT.',
      run: bitop,
    },
  ],
};

/** `BITOP AND|OR|XOR|NOT destination key [key …]`. @returns the length of what is stored; nothing stored removes the key */
function bitop(request: Request): Reply {
  const { db, args } = request;
  const operation = parseOperation(args);
  const sources: Uint8Array[] = [];
  for (let i = 3; i < args.length; i++) sources.push(bytesOfString(db.lookupRead(args[i]!)) ?? NOTHING);
  const length = sources.reduce((longest, bytes) => Math.max(longest, bytes.length), 0);
  const target = args[2]!;
  if (length === 0) {
    db.delete(target);
    return 0;
  }
  expectRoom(request, length);
  const result = RawString.of('', length);
  result.write(length, '');
  combineBits(operation, sources, result.asBytes());
  db.set(target, result, 'set');
  return length;
}

function parseOperation(args: readonly string[]): BitOperation {
  const operation = args[1]!.toLowerCase();
  if (operation !== 'and' && operation !== 'or' && operation !== 'xor' && operation !== 'not') throw syntaxError();
  if (operation === 'not' && args.length !== 4) throw new ReplyError('ERR BITOP NOT must be called with a single source key.');
  return operation;
}

const NOTHING = new Uint8Array(0);

import { keyRange } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SetValue } from '../../store/set-value.ts';
import { parseTimeout } from '../arguments.ts';

/** The set command that waits until there is a member. It runs again when one of its keys is ready. */
export const setBlocking: Family = {
  group: 'set',
  rows: [
    {
      name: 'bspop',
      arity: -3,
      flags: 'write noscript blocking',
      keys: [keyRange(1, -2, 1, 'RW access delete')],
      since: '7.2.0',
      summary: 'SPOP that waits.',
      run: bspop,
    },
  ],
};

/** `BSPOP key [key ...] timeout`: the key, and the member that was taken out of it. */
function bspop(request: Request): Reply {
  const { db, args, readyKey } = request;
  const timeout = parseTimeout(args[args.length - 1]!);
  const keys = args.slice(1, -1);
  for (const key of readyKey === undefined ? keys : [readyKey]) {
    const set = db.lookupWriteType(key, SetValue);
    if (set === undefined) continue;
    const member = set.randomMember();
    set.delete(member);
    request.propagateAs(['SREM', key, member]);
    db.signalModified(key, 'spop');
    return [key, member];
  }
  return request.block({ keys, type: SetValue, timeout, timeoutReply: NULL_ARRAY });
}

import { keyCount, keyRange } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { parseTimeout } from '../arguments.ts';
import { parseMultiPop } from '../multi-pop.ts';
import { parseSortedSetEnd, popCommand, popEntries, popFirst, type SortedSetEnd } from './popping.ts';
import { scoreReply } from './replies.ts';

const pop = {
  arity: -3,
  flags: 'write noscript blocking fast',
  keys: [keyRange(1, -2, 1, 'RW access delete')],
  since: '5.0.0',
};

/** The pops that wait until there is something to take. Each runs again when one of its keys is ready. */
export const sortedSetBlocking: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'bzpopmin', ...pop, summary: 'ZPOPMIN that waits.', run: bzpopmin },
    { name: 'bzpopmax', ...pop, summary: 'ZPOPMAX that waits.', run: bzpopmax },
    {
      name: 'bzmpop',
      arity: -5,
      flags: 'write blocking',
      keys: [keyCount(2, 'RW access delete')],
      since: '7.0.0',
      summary: 'ZMPOP that waits.',
      run: bzmpop,
    },
  ],
};

function bzpopmin(request: Request): Reply {
  return blockingPop(request, 'min');
}

function bzpopmax(request: Request): Reply {
  return blockingPop(request, 'max');
}

/** `BZPOPMIN key [key ...] timeout` (Redis: `blockingGenericZpopCommand`). */
function blockingPop(request: Request, end: SortedSetEnd): Reply {
  const { db, args } = request;
  const timeout = parseTimeout(args[args.length - 1]!);
  const keys = args.slice(1, -1);
  for (const key of candidates(request, keys)) {
    const set = db.lookupWriteType(key, SortedSet);
    if (set === undefined) continue;
    const { members, scores } = popEntries(db, key, set, end, 1);
    request.propagateAs(popCommand(end, key));
    return [key, members[0]!, scoreReply(scores[0]!)];
  }
  return request.block({ keys, type: SortedSet, timeout, timeoutReply: NULL_ARRAY });
}

/** At first all keys; later only the key that is ready, since other clients may have waited longer for the others. */
function candidates({ readyKey }: Request, keys: readonly string[]): readonly string[] {
  return readyKey === undefined ? keys : [readyKey];
}

/** `BZMPOP timeout numkeys key [key ...] MIN|MAX [COUNT count]`. */
function bzmpop(request: Request): Reply {
  const { keys, end, count } = parseMultiPop(request.args, 2, parseSortedSetEnd);
  const timeout = parseTimeout(request.args[1]!);
  const popped = popFirst(request, candidates(request, keys), end, count);
  return popped ?? request.block({ keys, type: SortedSet, timeout, timeoutReply: NULL_ARRAY });
}

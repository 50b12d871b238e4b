import { keyAt, keyCount, keyRange } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { List, type ListEnd } from '../../store/list.ts';
import { parseTimeout } from '../arguments.ts';
import { parseMultiPop } from '../multi-pop.ts';
import { POPPED, popOne } from './lists.ts';
import { moveElement, parseEnd, popFirst } from './moving.ts';

const POP = 'write noscript blocking';
const MOVE = 'write denyoom noscript blocking';

const takeAny = [keyRange(1, -2, 1, 'RW access delete')];
const fromTo = [keyAt(1, 'RW access delete'), keyAt(2, 'RW insert')];

/** The list commands that wait until there is something to take. Each runs again when one of its keys is ready. */
export const listBlocking: Family = {
  group: 'list',
  rows: [
    { name: 'blpop', arity: -3, flags: POP, keys: takeAny, since: '2.0.0', summary: 'LPOP that waits.', run: blpop },
    { name: 'brpop', arity: -3, flags: POP, keys: takeAny, since: '2.0.0', summary: 'RPOP that waits.', run: brpop },
    { name: 'blmove', arity: 6, flags: MOVE, keys: fromTo, since: '6.2.0', summary: 'LMOVE that waits.', run: blmove },
    {
      name: 'brpoplpush',
      arity: 4,
      flags: MOVE,
      keys: fromTo,
      since: '2.2.0',
      deprecated: { since: '6.2.0', replacedBy: 'BLMOVE with RIGHT LEFT' },
      summary: 'RPOPLPUSH that waits.',
      run: brpoplpush,
    },
    {
      name: 'blmpop',
      arity: -5,
      flags: 'write blocking',
      keys: [keyCount(2, 'RW access delete')],
      since: '7.0.0',
      summary: 'LMPOP that waits.',
      run: blmpop,
    },
  ],
};

function blpop(request: Request): Reply {
  return blockingPop(request, 'left');
}

function brpop(request: Request): Reply {
  return blockingPop(request, 'right');
}

/** `BLPOP key [key ...] timeout` (Redis: `blockingPopGenericCommand`). */
function blockingPop(request: Request, end: ListEnd): Reply {
  const { db, args } = request;
  const timeout = parseTimeout(args[args.length - 1]!);
  const keys = args.slice(1, -1);
  for (const key of candidates(request, keys)) {
    const list = db.lookupWriteType(key, List);
    if (list === undefined) continue;
    const element = popOne(db, key, list, end);
    request.propagateAs([POPPED[end].toUpperCase(), key]);
    return [key, element];
  }
  return request.block({ keys, type: List, timeout, timeoutReply: NULL_ARRAY });
}

/** At first all keys; later only the key that is ready, since other clients may have waited longer for the others. */
function candidates({ readyKey }: Request, keys: readonly string[]): readonly string[] {
  return readyKey === undefined ? keys : [readyKey];
}

/** `BLMOVE source destination LEFT|RIGHT LEFT|RIGHT timeout`. */
function blmove(request: Request): Reply {
  const { args } = request;
  const from = parseEnd(args[3]);
  const to = parseEnd(args[4]);
  return blockingMove(request, from, to, args[5]!, ['LMOVE', ...args.slice(1, 5)]);
}

function brpoplpush(request: Request): Reply {
  const { args } = request;
  return blockingMove(request, 'right', 'left', args[3]!, ['RPOPLPUSH', ...args.slice(1, 3)]);
}

/** Where it may not block it answers nil, as LMOVE does; after its timeout, the null array (`blmoveGenericCommand`). */
function blockingMove(request: Request, from: ListEnd, to: ListEnd, timeoutText: string, effect: string[]): Reply {
  const [, source, target] = request.args;
  const timeout = parseTimeout(timeoutText);
  const element = moveElement(request.db, source!, target!, from, to);
  if (element === undefined) {
    return request.block({ keys: [source!], type: List, timeout, timeoutReply: NULL_ARRAY, deniedReply: null });
  }
  request.propagateAs(effect);
  return element;
}

/** `BLMPOP timeout numkeys key [key ...] LEFT|RIGHT [COUNT count]`. */
function blmpop(request: Request): Reply {
  const { keys, end, count } = parseMultiPop(request.args, 2, parseEnd);
  const timeout = parseTimeout(request.args[1]!);
  const popped = popFirst(request, candidates(request, keys), end, count);
  return popped ?? request.block({ keys, type: List, timeout, timeoutReply: NULL_ARRAY });
}

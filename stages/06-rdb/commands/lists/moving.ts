import { keyAt, keyCount } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { List, type ListEnd } from '../../store/list.ts';
import { syntaxError } from '../arguments.ts';
import { parseMultiPop } from '../multi-pop.ts';
import { POPPED, popMany, PUSHED } from './lists.ts';

const fromTo = [keyAt(1, 'RW access delete'), keyAt(2, 'RW insert')];

/** Commands that move elements between lists, or pop from the first list that has some. */
export const listMoving: Family = {
  group: 'list',
  rows: [
    {
      name: 'lmove',
      arity: 5,
      flags: 'write denyoom',
      keys: fromTo,
      since: '6.2.0',
      summary: 'Moves an element from an end of one list to an end of another.',
      run: lmove,
    },
    {
      name: 'rpoplpush',
      arity: 3,
      flags: 'write denyoom',
      keys: fromTo,
      since: '1.2.0',
      deprecated: { since: '6.2.0', replacedBy: 'LMOVE with RIGHT LEFT' },
      summary: 'LMOVE from the right to the left.',
      run: rpoplpush,
    },
    {
      name: 'lmpop',
      arity: -4,
      flags: 'write',
      keys: [keyCount(1, 'RW access delete')],
      since: '7.0.0',
      summary: 'Takes elements from the first list that is not empty.',
      run: lmpop,
    },
  ],
};

/** `LMOVE source destination LEFT|RIGHT LEFT|RIGHT`. */
function lmove({ db, args }: Request): Reply {
  const from = parseEnd(args[3]);
  const to = parseEnd(args[4]);
  return moveElement(db, args[1]!, args[2]!, from, to) ?? null;
}

function rpoplpush({ db, args }: Request): Reply {
  return moveElement(db, args[1]!, args[2]!, 'right', 'left') ?? null;
}

/** @returns the element, undefined when there is no source (Redis: `lmoveGenericCommand`) */
export function moveElement(
  db: Database,
  source: string,
  target: string,
  from: ListEnd,
  to: ListEnd,
): string | undefined {
  const sourceList = db.lookupWriteType(source, List);
  if (sourceList === undefined) return undefined;
  const targetList = db.lookupWriteType(target, List);
  const element = sourceList.pop(from);
  const receiver = targetList ?? new List();
  receiver.push(to, element);
  if (targetList === undefined) db.set(target, receiver, PUSHED[to]);
  else db.signalModified(target, PUSHED[to]);
  db.signalModified(source, POPPED[from], 0);
  return element;
}

/** `LMPOP numkeys key [key ...] LEFT|RIGHT [COUNT count]`. */
function lmpop(request: Request): Reply {
  const { keys, end, count } = parseMultiPop(request.args, 1, parseEnd);
  return popFirst(request, keys, end, count) ?? NULL_ARRAY;
}

/** Takes up to `count` elements from the first key that has any; undefined when none has (`mpopGenericCommand`). */
export function popFirst(request: Request, keys: readonly string[], end: ListEnd, count: number): Reply | undefined {
  const { db } = request;
  for (const key of keys) {
    const list = db.lookupWriteType(key, List);
    if (list === undefined) continue;
    const elements = popMany(db, key, list, end, count);
    request.propagateAs([POPPED[end].toUpperCase(), key, String(elements.length)]);
    return [key, elements];
  }
  return undefined;
}

/** @throws ReplyError unless it is LEFT or RIGHT */
export function parseEnd(text: string | undefined): ListEnd {
  const word = text?.toUpperCase();
  if (word === 'LEFT') return 'left';
  if (word === 'RIGHT') return 'right';
  throw syntaxError();
}

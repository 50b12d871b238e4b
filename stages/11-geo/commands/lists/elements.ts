import { keyAt } from '#shared/commands/key-specs.ts';
import { INT64_MAX, INT64_MIN } from '#shared/numbers/int64.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { List, type ListEnd } from '../../store/list.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

const insert = [keyAt(1, 'RW insert')];
const remove = [keyAt(1, 'RW delete')];
const access = [keyAt(1, 'RO access')];

/** Commands that look for elements of a list by value. */
export const listElements: Family = {
  group: 'list',
  rows: [
    {
      name: 'linsert',
      arity: 5,
      flags: 'write denyoom',
      keys: insert,
      since: '2.2.0',
      summary: 'Puts an element next to another one.',
      run: linsert,
    },
    { name: 'lrem', arity: 4, flags: 'write', keys: remove, since: '1.0.0', summary: 'Removes equal ones.', run: lrem },
    { name: 'lpos', arity: -3, flags: 'readonly', keys: access, since: '6.0.6', summary: 'Where it is.', run: lpos },
  ],
};

/** `LINSERT key BEFORE|AFTER pivot element`. */
function linsert({ db, args }: Request): Reply {
  const key = args[1]!;
  const side = parseSide(args[2]!);
  const list = db.lookupWriteType(key, List);
  if (list === undefined) return 0;
  if (!list.insert(side, args[3]!, args[4]!)) return -1;
  db.signalModified(key, 'linsert');
  return list.length;
}

function parseSide(text: string): ListEnd {
  const word = text.toUpperCase();
  if (word === 'BEFORE') return 'left';
  if (word === 'AFTER') return 'right';
  throw syntaxError();
}

/** `LREM key count element`: a negative count takes them from the right, 0 all of them. */
function lrem({ db, args }: Request): Reply {
  const key = args[1]!;
  const count = Number(parseLongLong(args[2]!));
  const list = db.lookupWriteType(key, List);
  if (list === undefined) return 0;
  const limit = count === 0 ? Infinity : Math.abs(count);
  const removed = list.remove(args[3]!, limit, count < 0);
  if (removed > 0) db.signalModified(key, 'lrem', removed);
  return removed;
}

interface PositionOptions {
  rank: number;
  count: number | undefined;
  maxlen: number;
}

/** `LPOS key element [RANK rank] [COUNT n] [MAXLEN len]`: with COUNT an array (0: all), else one index or nil. */
function lpos({ db, args }: Request): Reply {
  const { rank, count, maxlen } = parsePositionOptions(args);
  const list = db.lookupReadType(args[1]!, List);
  if (list === undefined) return count === undefined ? null : [];
  const limit = count === undefined ? 1 : count || Infinity;
  const found = list.positions(args[2]!, Math.abs(rank), limit, maxlen || Infinity, rank < 0);
  return count === undefined ? (found[0] ?? null) : found;
}

function parsePositionOptions(args: readonly string[]): PositionOptions {
  const options: PositionOptions = { rank: 1, count: undefined, maxlen: 0 };
  for (let i = 3; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) throw syntaxError();
    switch (args[i]!.toUpperCase()) {
      case 'RANK':
        options.rank = parseRank(value);
        break;
      case 'COUNT':
        options.count = parsePositive(value, "ERR COUNT can't be negative");
        break;
      case 'MAXLEN':
        options.maxlen = parsePositive(value, "ERR MAXLEN can't be negative");
        break;
      default:
        throw syntaxError();
    }
  }
  return options;
}

function parseRank(text: string): number {
  const rank = parseLongLong(text);
  if (rank === 0) throw new ReplyError(ZERO_RANK);
  if (rank === INT64_MIN) {
    throw new ReplyError(`ERR value is out of range, value must between ${-INT64_MAX} and ${INT64_MAX}`);
  }
  return Number(rank);
}

const ZERO_RANK =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
  'or use negative to start from the end of the list';

function parsePositive(text: string, error: string): number {
  const value = Number(parseLongLong(text, error));
  if (value < 0) throw new ReplyError(error);
  return value;
}

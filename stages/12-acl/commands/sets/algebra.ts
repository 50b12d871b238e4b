import { keyAt, keyCount, keyRange } from '#shared/commands/key-specs.ts';
import { Dict } from '#shared/dict/dict.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError, SetReply, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import { ENTRY_BYTES } from '../../store/counted-dict.ts';
import { SetValue } from '../../store/set-value.ts';
import { syntaxError } from '../arguments.ts';

const read = { flags: 'readonly', keys: [keyRange(1, -1, 1, 'RO access')], tips: 'nondeterministic_output_order' };
const count = { flags: 'readonly', keys: [keyCount(1, 'RO access')] };
const update = { flags: 'write denyoom', keys: [keyAt(1, 'RW update'), keyRange(2, -1, 1, 'RO access')] };
const overwrite = { flags: 'write denyoom', keys: [keyAt(1, 'OW update'), keyRange(2, -1, 1, 'RO access')] };

/** Intersections, unions and differences of sets. A key that is not there is an empty set. */
export const setAlgebra: Family = {
  group: 'set',
  rows: [
    { name: 'sinter', arity: -2, ...read, since: '1.0.0', summary: 'What all sets share.', run: sinter },
    { name: 'sinterstore', arity: -3, ...update, since: '1.0.0', summary: 'Stores what they share.', run: sinterstore },
    { name: 'sintercard', arity: -3, ...count, since: '7.0.0', summary: 'Counts what they share.', run: sintercard },
    { name: 'sunion', arity: -2, ...read, since: '1.0.0', summary: 'What any of the sets has.', run: sunion },
    { name: 'sunionstore', arity: -3, ...overwrite, since: '1.0.0', summary: 'Stores what any has.', run: sunionstore },
    { name: 'sdiff', arity: -2, ...read, since: '1.0.0', summary: 'What the first set alone has.', run: sdiff },
    { name: 'sdiffstore', arity: -3, ...overwrite, since: '1.0.0', summary: 'Stores what it has.', run: sdiffstore },
  ],
};

function sinter(request: Request): Reply {
  return new SetReply(intersection(lookup(request, 1)));
}

function sinterstore(request: Request): Reply {
  return store(request, 'sinterstore', intersection(lookup(request, 2)));
}

function sunion(request: Request): Reply {
  return new SetReply(union(lookup(request, 1)));
}

function sunionstore(request: Request): Reply {
  return store(request, 'sunionstore', union(lookup(request, 2)));
}

function sdiff(request: Request): Reply {
  return new SetReply(difference(lookup(request, 1)));
}

function sdiffstore(request: Request): Reply {
  return store(request, 'sdiffstore', difference(lookup(request, 2)));
}

/** `SINTERCARD numkeys key [key …] [LIMIT limit]`; limit 0: none. */
function sintercard(request: Request): Reply {
  const { args } = request;
  const count = parseInt64(args[1]!);
  if (count === undefined || count < 1) throw new ReplyError('ERR numkeys should be greater than 0');
  if (count > args.length - 2) throw new ReplyError("ERR Number of keys can't be greater than number of args");
  const end = 2 + Number(count);
  let limit = 0;
  for (let i = end; i < args.length; i += 2) {
    if (args[i]!.toUpperCase() !== 'LIMIT' || i + 1 === args.length) throw syntaxError();
    limit = parseLimit(args[i + 1]!);
  }
  return intersection(lookup(request, 2, end), limit === 0 ? Infinity : limit).length;
}

function parseLimit(text: string): number {
  const limit = parseInt64(text);
  if (limit === undefined || limit < 0) throw new ReplyError("ERR LIMIT can't be negative");
  return Number(limit);
}

/** The sets of the keys from an argument on. @throws ReplyError WRONGTYPE, even when another key is not there */
function lookup({ db, args }: Request, from: number, end = args.length): SetValue[] {
  const sets: SetValue[] = [];
  for (let i = from; i < end; i++) sets.push(db.lookupReadType(args[i]!, SetValue) ?? EMPTY);
  return sets;
}

/** Stands for a key that is not there; never changed. */
const EMPTY = new SetValue();

/** Every member of the smallest set is looked for in the others (Redis: `sinterGenericCommand`). */
function intersection(sets: SetValue[], limit = Infinity): string[] {
  const [smallest, ...others] = sets.sort((a, b) => a.size - b.size);
  const shared: string[] = [];
  smallest!.some((member) => {
    if (inAll(others, member)) shared.push(member);
    return shared.length >= limit;
  });
  return shared;
}

function inAll(sets: readonly SetValue[], member: string): boolean {
  for (let i = 0; i < sets.length; i++) if (!sets[i]!.has(member)) return false;
  return true;
}

function inAny(sets: readonly SetValue[], member: string): boolean {
  for (let i = 0; i < sets.length; i++) if (sets[i]!.has(member)) return true;
  return false;
}

/** The largest set's members, and what the others have besides: only those are collected. */
function union(sets: SetValue[]): string[] {
  const [largest, ...others] = sets.sort((a, b) => b.size - a.size);
  const members = largest!.members();
  const more = new Dict<true>();
  const add = (member: string) => largest!.has(member) || more.set(member, true);
  for (const set of others) set.forEach(add);
  more.forEach((member) => members.push(member));
  return members;
}

/**
 * The first set without the members of the others, in the cheaper of two ways: to look for each of its members in every
 * other set, or to collect the others first (Redis: the two algorithms of `sunionDiffGenericCommand`).
 */
function difference([first, ...others]: readonly SetValue[]): string[] {
  const lookups = first!.size * others.length;
  const collecting = others.reduce((sum, set) => sum + set.size, first!.size);
  const left: string[] = [];
  if (lookups <= collecting * 2) {
    // The largest set is the likeliest to have a member.
    others.sort((a, b) => b.size - a.size);
    first!.forEach((member) => {
      if (!inAny(others, member)) left.push(member);
    });
  } else {
    const removed = collect(others);
    first!.forEach((member) => {
      if (!removed.has(member)) left.push(member);
    });
  }
  return left;
}

function collect(sets: readonly SetValue[]): Dict<true> {
  const members = new Dict<true>();
  const add = (member: string) => members.set(member, true);
  for (const set of sets) set.forEach(add);
  return members;
}

/** The result takes the place of what the key held; an empty one removes it. */
function store(request: Request, event: string, members: readonly string[]): Reply {
  const { db, args } = request;
  const key = args[1]!;
  expectRoom(request, members.length * ENTRY_BYTES);
  if (members.length === 0) db.delete(key);
  else db.set(key, SetValue.from(members), event);
  return members.length;
}

import { keyAt } from '#shared/commands/key-specs.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError, SetReply, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SetValue } from '../../store/set-value.ts';
import { wrongType } from '../../store/value.ts';
import { syntaxError } from '../arguments.ts';
import { parseRandomCount } from '../random-count.ts';
import { parseCursor, parseScanOptions } from '../scan.ts';

const read = { flags: 'readonly fast', keys: [keyAt(1, 'RO access')] };
const readAll = { flags: 'readonly', keys: [keyAt(1, 'RO access')], tips: 'nondeterministic_output_order' };
const readSome = { ...readAll, tips: 'nondeterministic_output' };
const look = { flags: 'readonly fast', keys: [keyAt(1, 'RO')] };
const insert = { flags: 'write denyoom fast', keys: [keyAt(1, 'RW insert')] };
const remove = { flags: 'write fast', keys: [keyAt(1, 'RW delete')] };
const take = { flags: 'write fast', keys: [keyAt(1, 'RW access delete')], tips: 'nondeterministic_output' };
const move = { flags: 'write fast', keys: [keyAt(1, 'RW access delete'), keyAt(2, 'RW insert')] };

/** Sets: different strings in no order, under one key (Redis: t_set.c). */
export const sets: Family = {
  group: 'set',
  rows: [
    { name: 'sadd', arity: -3, ...insert, since: '1.0.0', summary: 'Adds members.', run: sadd },
    { name: 'srem', arity: -3, ...remove, since: '1.0.0', summary: 'Removes members.', run: srem },
    { name: 'sismember', arity: 3, ...look, since: '1.0.0', summary: 'Whether it is a member.', run: sismember },
    { name: 'smismember', arity: -3, ...read, since: '6.2.0', summary: 'Which of them are members.', run: smismember },
    { name: 'smembers', arity: 2, ...readAll, since: '1.0.0', summary: 'Every member.', run: smembers },
    { name: 'scard', arity: 2, ...look, since: '1.0.0', summary: 'The number of members.', run: scard },
    { name: 'spop', arity: -2, ...take, since: '1.0.0', summary: 'Takes members out at random.', run: spop },
    { name: 'srandmember', arity: -2, ...readSome, since: '1.0.0', summary: 'Members at random.', run: srandmember },
    { name: 'smove', arity: 4, ...move, since: '1.0.0', summary: 'Moves a member elsewhere.', run: smove },
    { name: 'sscan', arity: -3, ...readSome, since: '2.8.0', summary: 'Members, a few at a time.', run: sscan },
  ],
};

function sadd({ db, args }: Request): Reply {
  const key = args[1]!;
  const found = db.lookupWriteType(key, SetValue);
  const set = found ?? new SetValue();
  const added = set.addAll(args, 2);
  if (found === undefined) db.set(key, set, null);
  if (added > 0) db.signalModified(key, 'sadd', added);
  return added;
}

function srem({ db, args }: Request): Reply {
  const key = args[1]!;
  const set = db.lookupWriteType(key, SetValue);
  if (set === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i++) if (set.delete(args[i]!)) removed++;
  if (removed > 0) db.signalModified(key, 'srem', removed);
  return removed;
}

function sismember({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, SetValue)?.has(args[2]!) ? 1 : 0;
}

function smismember({ db, args }: Request): Reply {
  const set = db.lookupReadType(args[1]!, SetValue);
  return args.slice(2).map((member) => (set?.has(member) ? 1 : 0));
}

function smembers({ db, args }: Request): Reply {
  return new SetReply(db.lookupReadType(args[1]!, SetValue)?.members() ?? []);
}

function scard({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, SetValue)?.size ?? 0;
}

/** `SPOP key [count]`. To the log it is the removal of the members that chance has picked. */
function spop(request: Request): Reply {
  const { db, args } = request;
  if (args.length === 3) return spopCount(request);
  if (args.length > 3) throw syntaxError();
  const key = args[1]!;
  const set = db.lookupWriteType(key, SetValue);
  if (set === undefined) return null;
  const member = set.randomMember();
  set.delete(member);
  request.propagateAs(['SREM', key, member]);
  db.signalModified(key, 'spop');
  return member;
}

function spopCount(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const count = parseCount(args[2]!);
  const set = db.lookupWriteType(key, SetValue);
  if (set === undefined || count === 0) return new SetReply([]);
  const members = set.randomMembers(count);
  if (members.length === set.size) request.propagateAs(['DEL', key]);
  else request.propagateAs(...removals(key, members));
  for (let i = 0; i < members.length; i++) set.delete(members[i]!);
  db.signalModified(key, 'spop', members.length);
  return new SetReply(members);
}

function parseCount(text: string): number {
  const count = parseInt64(text);
  if (count === undefined || count < 0) throw new ReplyError('ERR value is out of range, must be positive');
  return Number(count);
}

/** How many members one logged SREM names at most. */
const REMOVAL_BATCH = 1024;

function removals(key: string, members: readonly string[]): string[][] {
  const commands: string[][] = [];
  for (let i = 0; i < members.length; i += REMOVAL_BATCH) {
    commands.push(['SREM', key, ...members.slice(i, i + REMOVAL_BATCH)]);
  }
  return commands;
}

/** `SRANDMEMBER key [count]`. */
function srandmember({ db, args }: Request): Reply {
  const key = args[1]!;
  if (args.length > 3) throw syntaxError();
  if (args.length === 2) return db.lookupReadType(key, SetValue)?.randomMember() ?? null;
  const count = parseRandomCount(args[2]!);
  const set = db.lookupReadType(key, SetValue);
  return set === undefined ? [] : set.randomMembers(count);
}

function smove({ db, args }: Request): Reply {
  const [, from, to, member] = args as [string, string, string, string];
  const source = db.lookupWrite(from);
  const target = db.lookupWrite(to);
  if (source === undefined) return 0;
  if (!(source instanceof SetValue) || (target !== undefined && !(target instanceof SetValue))) throw wrongType();
  if (source === target) return source.has(member) ? 1 : 0;
  if (!source.delete(member)) return 0;
  db.signalModified(from, 'srem');
  if (target === undefined) db.set(to, SetValue.from([member]), 'sadd');
  else if (target.add(member)) db.signalModified(to, 'sadd');
  return 1;
}

/** `SSCAN key cursor [MATCH pattern] [COUNT count]`. */
function sscan({ db, args }: Request): Reply {
  const cursor = parseCursor(args[2]!);
  const set = db.lookupReadType(args[1]!, SetValue);
  if (set === undefined) return ['0', []];
  const { count, matches } = parseScanOptions(args, 3);
  const members: string[] = [];
  const next = set.scan(cursor, count, (member) => {
    if (matches(member)) members.push(member);
  });
  return [String(next), members];
}

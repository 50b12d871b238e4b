import { keyAt, keyCount } from '#shared/commands/key-specs.ts';
import { parseDouble } from '#shared/numbers/double.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SetValue } from '../../store/set-value.ts';
import { combine, countShared, type Aggregate, type Operation, type Source } from '../../store/sorted-set/combine.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { wrongType } from '../../store/value.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { storeEntries } from './ranges.ts';
import { entriesReply } from './replies.ts';

const read = { arity: -3, flags: 'readonly', keys: [keyCount(1, 'RO access')] };
const write = { arity: -4, flags: 'write denyoom', keys: [keyAt(1, 'OW update'), keyCount(2, 'RO access')] };

/** Unions, intersections and differences of sorted sets, and of sets, whose members all have the score 1. */
export const sortedSetAlgebra: Family = {
  group: 'sorted-set',
  rows: [
    { name: 'zunion', ...read, since: '6.2.0', summary: 'What any of the sets has.', run: zunion },
    { name: 'zinter', ...read, since: '6.2.0', summary: 'What all sets share.', run: zinter },
    { name: 'zdiff', ...read, since: '6.2.0', summary: 'What the first set alone has.', run: zdiff },
    { name: 'zunionstore', ...write, since: '2.0.0', summary: 'Stores what any has.', run: zunionstore },
    { name: 'zinterstore', ...write, since: '2.0.0', summary: 'Stores what they share.', run: zinterstore },
    { name: 'zdiffstore', ...write, since: '6.2.0', summary: 'Stores what the first alone has.', run: zdiffstore },
    { name: 'zintercard', ...read, since: '7.0.0', summary: 'Counts what they share.', run: zintercard },
  ],
};

function zunion(request: Request): Reply {
  return reply(request, 'union');
}

function zinter(request: Request): Reply {
  return reply(request, 'inter');
}

function zdiff(request: Request): Reply {
  return reply(request, 'diff');
}

function zunionstore(request: Request): Reply {
  return store(request, 'union');
}

function zinterstore(request: Request): Reply {
  return store(request, 'inter');
}

function zdiffstore(request: Request): Reply {
  return store(request, 'diff');
}

function reply(request: Request, operation: Operation): Reply {
  const { sources, next } = parseSources(request, 1);
  const options = parseOptions(request.args, next, sources, operation, false);
  const entries = SortedSet.from(combine(operation, sources, options.aggregate)).range(0, Infinity);
  return options.withScores ? entriesReply(request, entries) : entries.members;
}

function store(request: Request, operation: Operation): Reply {
  const { sources, next } = parseSources(request, 2);
  const { aggregate } = parseOptions(request.args, next, sources, operation, true);
  return storeEntries(request, request.args[1]!, `z${operation}store`, combine(operation, sources, aggregate));
}

/** `ZINTERCARD numkeys key [key ...] [LIMIT limit]`; limit 0: none. */
function zintercard(request: Request): Reply {
  const { args } = request;
  const { sources, next } = parseSources(request, 1);
  let limit = 0;
  for (let i = next; i < args.length; i += 2) {
    if (args[i]!.toUpperCase() !== 'LIMIT' || i + 1 === args.length) throw syntaxError();
    limit = Number(parseLongLong(args[i + 1]!, NEGATIVE_LIMIT));
    if (limit < 0) throw new ReplyError(NEGATIVE_LIMIT);
  }
  return countShared(sources, limit === 0 ? Infinity : limit);
}

const NEGATIVE_LIMIT = "ERR LIMIT can't be negative";

/** `numkeys key [key ...]` from an argument on: what the keys hold (Redis: `zunionInterDiffGenericCommand`). */
function parseSources({ db, args, command }: Request, at: number): { sources: Source[]; next: number } {
  const numkeys = Number(parseLongLong(args[at]!));
  if (numkeys < 1) throw new ReplyError(`ERR at least 1 input key is needed for '${command.fullName}' command`);
  const next = at + 1 + numkeys;
  if (next > args.length) throw syntaxError();
  const sources: Source[] = [];
  for (let i = at + 1; i < next; i++) {
    const value = db.lookupRead(args[i]!);
    if (value !== undefined && !(value instanceof SortedSet) && !(value instanceof SetValue)) throw wrongType();
    sources.push({ members: value, weight: 1 });
  }
  return { sources, next };
}

interface AlgebraOptions {
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** `[WEIGHTS weight …] [AGGREGATE SUM|MIN|MAX] [WITHSCORES]`; the weights go to the sources. @throws ReplyError */
function parseOptions(
  args: readonly string[],
  start: number,
  sources: Source[],
  operation: Operation,
  isStore: boolean,
): AlgebraOptions {
  let aggregate: Aggregate = 'sum';
  let withScores = false;
  for (let i = start; i < args.length; ) {
    const word = args[i++]!.toUpperCase();
    const left = args.length - i;
    if (word === 'WEIGHTS' && operation !== 'diff' && left >= sources.length) {
      for (const source of sources) source.weight = parseWeight(args[i++]!);
    } else if (word === 'AGGREGATE' && operation !== 'diff' && left >= 1) aggregate = parseAggregate(args[i++]!);
    else if (word === 'WITHSCORES' && !isStore) withScores = true;
    else throw syntaxError();
  }
  return { aggregate, withScores };
}

function parseWeight(text: string): number {
  const weight = parseDouble(text);
  if (weight === undefined) throw new ReplyError('ERR weight value is not a float');
  return weight;
}

function parseAggregate(text: string): Aggregate {
  const word = text.toLowerCase();
  if (word !== 'sum' && word !== 'min' && word !== 'max') throw syntaxError();
  return word;
}

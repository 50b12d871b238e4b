import { keyAt } from '#shared/commands/key-specs.ts';
import { parseDouble } from '#shared/numbers/double.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { syntaxError } from '../arguments.ts';
import { scoreReply } from './replies.ts';

/** Commands that set scores. */
export const sortedSetAdding: Family = {
  group: 'sorted-set',
  rows: [
    {
      name: 'zadd',
      arity: -4,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW update')],
      since: '1.2.0',
      summary: 'Adds members, or gives them other scores.',
      run: zadd,
    },
    {
      name: 'zincrby',
      arity: 4,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW access update')],
      since: '1.2.0',
      summary: "Adds to a member's score.",
      run: zincrby,
    },
  ],
};

/** `ZADD key [NX|XX] [GT|LT] [CH] [INCR] score member [score member ...]`; GEOADD (11) is a ZADD, too. */
export function zadd(request: Pick<Request, 'db' | 'args'>): Reply {
  return add(request, false);
}

function zincrby(request: Request): Reply {
  return add(request, true);
}

/** All scores are read before the first one is stored: an error changes nothing (Redis: `zaddGenericCommand`). */
function add({ db, args }: Pick<Request, 'db' | 'args'>, isIncrement: boolean): Reply {
  const options = parseOptions(args, isIncrement);
  const scores = parseScores(args, options.end);
  const key = args[1]!;
  const found = db.lookupWriteType(key, SortedSet);
  if (found === undefined && options.xx) return options.incr ? null : 0;
  const set = found ?? new SortedSet();
  set.expect(scores.length);
  let added = 0;
  let updated = 0;
  let score: number | undefined;
  for (let i = 0; i < scores.length; i++) {
    const member = args[options.end + i * 2 + 1]!;
    const before = set.score(member);
    score = nextScore(options, before, scores[i]!);
    if (score === undefined || score === before) continue;
    if (before === undefined) {
      set.add(member, score);
      added++;
    } else {
      set.update(member, score);
      updated++;
    }
  }
  if (found === undefined) db.set(key, set, null);
  if (added + updated > 0) db.signalModified(key, options.incr ? 'zincr' : 'zadd', added + updated);
  if (options.incr) return score === undefined ? null : scoreReply(score);
  return options.ch ? added + updated : added;
}

/** The score that a member is to have; undefined: it stays as it is (Redis: `zsetAdd`). @throws ReplyError for NaN */
function nextScore(options: AddOptions, before: number | undefined, given: number): number | undefined {
  if (before === undefined) return options.xx ? undefined : given;
  if (options.nx) return undefined;
  const score = options.incr ? before + given : given;
  if (Number.isNaN(score)) throw new ReplyError('ERR resulting score is not a number (NaN)');
  if ((options.gt && score <= before) || (options.lt && score >= before)) return undefined;
  return score;
}

interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  ch: boolean;
  incr: boolean;
  /** Position of the first score. */
  end: number;
}

/** The options, and whether they go together and leave pairs. @throws ReplyError */
function parseOptions(args: readonly string[], incr: boolean): AddOptions {
  const options: AddOptions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr, end: 2 };
  for (; options.end < args.length; options.end++) if (!setOption(options, args[options.end]!)) break;
  const left = args.length - options.end;
  if (left === 0 || left % 2 === 1) throw syntaxError();
  if (options.nx && options.xx) throw new ReplyError('ERR XX and NX options at the same time are not compatible');
  if ((options.gt && options.lt) || (options.nx && (options.gt || options.lt))) {
    throw new ReplyError('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (options.incr && left > 2) throw new ReplyError('ERR INCR option supports a single increment-element pair');
  return options;
}

/** @returns false when the word is no option */
function setOption(options: AddOptions, word: string): boolean {
  // Most first words are a score.
  if (word.length > 4 || word.charCodeAt(0) < 0x41) return false;
  const name = word.toLowerCase();
  if (name !== 'nx' && name !== 'xx' && name !== 'gt' && name !== 'lt' && name !== 'ch' && name !== 'incr') return false;
  options[name] = true;
  return true;
}

function parseScores(args: readonly string[], start: number): number[] {
  const scores = [parseScore(args[start]!)];
  for (let i = start + 2; i < args.length; i += 2) scores.push(parseScore(args[i]!));
  return scores;
}

function parseScore(text: string): number {
  const score = parseDouble(text);
  if (score === undefined) throw new ReplyError('ERR value is not a valid float');
  return score;
}

import { readDouble } from '#shared/numbers/double.ts';
import { cString } from '#shared/resp/c-string.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { atMember, atScore, type Bounds, type Place } from '../../store/sorted-set/place.ts';
import type { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { parseLongLong } from '../arguments.ts';

/** How a command names a part of a sorted set: by two ranks, both part of it, or by two places. */
export type RangeArguments =
  | { readonly by: 'rank'; readonly first: number; readonly last: number }
  | PlaceRange;

export interface PlaceRange extends Bounds {
  readonly by: 'place';
}

/** The same part as ranks, from `start` up to, but without, `end`; there are none where `end` is not greater. */
export interface RankRange {
  readonly start: number;
  readonly end: number;
}

export function ranksOf(set: SortedSet, range: RangeArguments): RankRange {
  if (range.by === 'place') return { start: set.countBefore(range.from), end: set.countBefore(range.to) };
  const { size } = set;
  const { first, last } = range;
  return {
    start: Math.max(0, first < 0 ? size + first : first),
    end: Math.min(size, (last < 0 ? size + last : last) + 1),
  };
}

/** `start stop`: from 0 on; negative ones count from the end. @throws ReplyError */
export function parseRankRange(start: string, stop: string): RangeArguments {
  return { by: 'rank', first: Number(parseLongLong(start)), last: Number(parseLongLong(stop)) };
}

/** `min max`: scores, each part of it unless `(` stands before it. @throws ReplyError (Redis: `zslParseRange`) */
export function parseScoreRange(min: string, max: string): RangeArguments {
  return { by: 'place', from: scorePlace(min, false), to: scorePlace(max, true) };
}

/** `min max`: `[name`, `(name`, or `-` and `+` for the ends. @throws ReplyError (Redis: `zslParseLexRange`) */
export function parseLexRange(min: string, max: string): RangeArguments {
  return { by: 'place', from: lexPlace(min, false), to: lexPlace(max, true) };
}

/** The place before all members of a score or, where they are part of a range that ends there, after them. */
function scorePlace(text: string, isMax: boolean): Place {
  const exclusive = text.startsWith('(');
  const score = readDouble(cString(exclusive ? text.slice(1) : text));
  if (score === undefined) throw new ReplyError('ERR min or max is not a float');
  return atScore(score, exclusive !== isMax);
}

function lexPlace(text: string, isMax: boolean): Place {
  if (text === '-') return atScore(-Infinity, false);
  if (text === '+') return atScore(Infinity, true);
  const exclusive = text.startsWith('(');
  if (!exclusive && !text.startsWith('[')) throw new ReplyError('ERR min or max not valid string range item');
  return atMember(text.slice(1), exclusive !== isMax);
}

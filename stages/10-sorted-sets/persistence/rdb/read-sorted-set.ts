import { parseDouble } from '#shared/numbers/double.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import type { RdbError } from './error.ts';
import type { RdbInput } from './input.ts';

/** Text lengths that mean inf, -inf and nan (Redis: `rdbLoadDoubleValue`). */
const NAN = 253;
const INFINITY = 254;
const MINUS_INFINITY = 255;
/** So many are read at once: they may fit a listpack. */
const FEW = 1024;

/** Members and scores in turn, after their number. @throws RdbError */
export function readSortedSet(input: RdbInput, score: (input: RdbInput) => number): SortedSet {
  const count = input.count();
  if (count <= FEW) {
    const members: string[] = [];
    const scores: number[] = [];
    for (let left = count; left > 0; left--) {
      members.push(input.string());
      scores.push(score(input));
    }
    if (new Set(members).size < count) throw memberTwice(input);
    return SortedSet.from({ members, scores });
  }
  const set = new SortedSet();
  set.expect(count);
  for (let left = count; left > 0; left--) {
    const member = input.string();
    if (!set.set(member, score(input))) throw memberTwice(input);
  }
  return set;
}

/** A listpack's or ziplist's entries. @throws RdbError */
export function sortedSetOf(input: RdbInput, entries: readonly string[]): SortedSet {
  if (entries.length % 2 !== 0) throw input.error('the last member of the sorted set has no score');
  const members: string[] = [];
  const scores: number[] = [];
  for (let i = 0; i < entries.length; i += 2) {
    members.push(entries[i]!);
    scores.push(textScore(input, entries[i + 1]!));
  }
  if (new Set(members).size < members.length) throw memberTwice(input);
  return SortedSet.from({ members, scores });
}

/** As 64 bits. */
export function readScore(input: RdbInput): number {
  return number(input, input.double());
}

/** As text, which was the form until Redis 4: its length in one byte, then digits. */
export function readTextScore(input: RdbInput): number {
  const length = input.byte();
  if (length === INFINITY) return Infinity;
  if (length === MINUS_INFINITY) return -Infinity;
  if (length === NAN) return number(input, NaN);
  return textScore(input, input.bytes(length).toString('latin1'));
}

function textScore(input: RdbInput, text: string): number {
  return number(input, parseDouble(text) ?? NaN);
}

/** @throws RdbError for NaN: no member may have that score */
function number(input: RdbInput, score: number): number {
  if (Number.isNaN(score)) throw input.error('a score is not a number');
  return score;
}

function memberTwice(input: RdbInput): RdbError {
  return input.error('a member stands twice in the sorted set');
}

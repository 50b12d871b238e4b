import { Dict } from '#shared/dict/dict.ts';
import { ownText } from '#shared/packed/flat-string.ts';
import type { SetValue } from '../set-value.ts';
import { SortedSet, type Entries } from './sorted-set.ts';

export type Operation = 'union' | 'inter' | 'diff';

/** How the scores that a member has in several sets are combined. */
export type Aggregate = 'sum' | 'min' | 'max';

/** One of the sets that are put together: undefined, an empty one. The scores count `weight` times. */
export interface Source {
  readonly members: SortedSet | SetValue | undefined;
  weight: number;
}

/** The union, intersection or difference of some sets, in no order (Redis: `zunionInterDiffGenericCommand`). */
export function combine(operation: Operation, sources: readonly Source[], aggregate: Aggregate): Entries {
  if (operation === 'diff') return difference(sources);
  return operation === 'union' ? union(bySize(sources), aggregate) : intersection(bySize(sources), aggregate);
}

/** How many members all sets share, counted up to a limit. */
export function countShared(sources: readonly Source[], limit: number): number {
  const [smallest, ...others] = bySize(sources);
  let count = 0;
  someMember(smallest!, (member) => {
    if (others.every((source) => hasMember(source, member))) count++;
    return count >= limit;
  });
  return count;
}

/** The smallest first: the order in which scores are added, which shows in their last digit. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => sizeOf(a) - sizeOf(b));
}

function union(sources: readonly Source[], aggregate: Aggregate): Entries {
  const entries: Entries = { members: [], scores: [] };
  const indexes = new Dict<number>();
  for (const { members, weight } of sources) {
    eachMember(members, (member, score) => {
      const weighted = orZero(score * weight);
      const index = indexes.get(member);
      if (index !== undefined) entries.scores[index] = aggregated(aggregate, entries.scores[index]!, weighted);
      else {
        const own = ownText(member);
        indexes.set(own, entries.members.push(own) - 1);
        entries.scores.push(weighted);
      }
    });
  }
  return entries;
}

/** Every member of the smallest set is looked for in the others. */
function intersection([smallest, ...others]: readonly Source[], aggregate: Aggregate): Entries {
  const entries: Entries = { members: [], scores: [] };
  eachMember(smallest!.members, (member, score) => {
    let result = orZero(score * smallest!.weight);
    for (const source of others) {
      const other = scoreIn(source, member);
      if (other === undefined) return;
      result = aggregated(aggregate, result, other * source.weight);
    }
    entries.members.push(member);
    entries.scores.push(result);
  });
  return entries;
}

/**
 * The first set without the members of the others, in the cheaper of two ways: to look for each of its members in every
 * other set, or to collect the others first (Redis: `zsetChooseDiffAlgorithm`).
 */
function difference([first, ...others]: readonly Source[]): Entries {
  const lookups = sizeOf(first!) * others.length;
  const collecting = others.reduce((sum, source) => sum + sizeOf(source), sizeOf(first!));
  const removed = lookups <= collecting * 2 ? undefined : collect(others);
  const entries: Entries = { members: [], scores: [] };
  eachMember(first!.members, (member, score) => {
    const isElsewhere = removed?.has(member) ?? others.some((source) => hasMember(source, member));
    if (isElsewhere) return;
    entries.members.push(member);
    entries.scores.push(score);
  });
  return entries;
}

function collect(sources: readonly Source[]): Dict<true> {
  const all = new Dict<true>();
  for (const { members } of sources) eachMember(members, (member) => all.set(ownText(member), true));
  return all;
}

/** Infinities of both signs are no number together: Redis makes it 0. */
function aggregated(aggregate: Aggregate, score: number, other: number): number {
  if (aggregate === 'sum') return orZero(score + other);
  if (aggregate === 'min') return other < score ? other : score;
  return other > score ? other : score;
}

function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

function sizeOf({ members }: Source): number {
  return members === undefined ? 0 : members.size;
}

function hasMember({ members }: Source, member: string): boolean {
  return members !== undefined && members.has(member);
}

/** Members of a set all have the score 1. */
function scoreIn({ members }: Source, member: string): number | undefined {
  if (members instanceof SortedSet) return members.score(member);
  return members?.has(member) ? 1 : undefined;
}

function eachMember(members: Source['members'], visit: (member: string, score: number) => void): void {
  if (members instanceof SortedSet) members.forEach(visit);
  else members?.forEach((member) => visit(member, 1));
}

/** Visits members until `visit` returns true. */
function someMember({ members }: Source, visit: (member: string) => boolean): void {
  let done = false;
  eachMember(members, (member) => {
    done ||= visit(member);
  });
}

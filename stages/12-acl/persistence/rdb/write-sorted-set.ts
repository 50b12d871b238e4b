import { wholeListpack } from '#shared/packed/listpack.ts';
import type { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import type { RdbOutput } from './output.ts';
import { RDB_TYPE } from './types.ts';

/** The version that brought listpacks: Redis 7.0. */
const LISTPACK_VERSION = 10;
/** Members after which the caller may look at the clock. */
const STEP = 1000;

/** The type under which a sorted set is written: as a listpack, if it is one and the version has that. */
export function sortedSetType(set: SortedSet, version: number): number {
  return isPacked(set, version) ? RDB_TYPE.ZSET_LISTPACK : RDB_TYPE.ZSET_2;
}

/** Otherwise members and scores in turn, the last one first: a reader puts each in front of all others, at no cost. */
export function* sortedSetSteps(out: RdbOutput, set: SortedSet, version: number): Generator<void> {
  if (isPacked(set, version)) {
    out.string(wholeListpack(set.listpack!, set.size * 2));
    return;
  }
  out.length(set.size);
  for (let at = 0; at < set.size; at += STEP) {
    if (at > 0) yield;
    const { members, scores } = set.range(at, STEP, true);
    for (let i = 0; i < members.length; i++) {
      out.string(members[i]!);
      out.double(scores[i]!);
    }
  }
}

function isPacked({ listpack }: SortedSet, version: number): boolean {
  return listpack !== undefined && version >= LISTPACK_VERSION;
}

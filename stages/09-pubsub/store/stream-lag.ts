import type { ConsumerGroup } from './stream-groups.ts';
import type { Stream } from './stream.ts';
import { compareIds, increment, isZero, MIN_ID, subtract, type StreamId, type Uint64 } from './stream-id.ts';

/*
 * The lag of a group. A group counts what it reads, but entries that XDEL removes before they are read make the
 * count wrong; then the lag is known only at the places where the count is: before, at and after all entries.
 */

/** Entries that the group has yet to be given; undefined when that is unknown (Redis: `streamReplyWithCGLag`). */
export function groupLag(stream: Stream, group: ConsumerGroup): Uint64 | undefined {
  if (stream.entriesAdded === 0) return 0;
  const counted = group.entriesRead !== undefined && !hasTombstonesFrom(stream, group.lastId);
  const read = counted ? group.entriesRead : entriesUpTo(stream, group.lastId);
  return read === undefined ? undefined : subtract(stream.entriesAdded, read);
}

/** The group is about to be given an entry beyond its last ID (the beginning of Redis's `streamReplyWithRange`). */
export function advanceGroup(stream: Stream, group: ConsumerGroup, id: StreamId): void {
  const { entriesRead } = group;
  if (entriesRead !== undefined && !hasTombstonesFrom(stream, id)) group.entriesRead = increment(entriesRead);
  else if (stream.entriesAdded !== 0) group.entriesRead = entriesUpTo(stream, id);
  group.lastId = id;
}

/** Whether XDEL may have left holes among the entries from this ID on (Redis: `streamRangeHasTombstones`). */
function hasTombstonesFrom({ length, maxDeletedId, firstEntryId }: Stream, id: StreamId): boolean {
  if (length === 0 || isZero(maxDeletedId)) return false;
  return compareIds(firstEntryId!, maxDeletedId) <= 0 && compareIds(id, maxDeletedId) <= 0;
}

/** How many entries were ever added up to this ID, where that is known (`streamEstimateDistanceFromFirstEverEntry`). */
export function entriesUpTo(stream: Stream, id: StreamId): Uint64 | undefined {
  const { entriesAdded, lastId, length, maxDeletedId } = stream;
  if (entriesAdded === 0) return 0;
  if (length === 0 && compareIds(id, lastId) <= 0) return entriesAdded;
  const toLast = compareIds(id, lastId);
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return undefined;
  const first = stream.firstEntryId ?? MIN_ID;
  if (!isZero(maxDeletedId) && compareIds(maxDeletedId, first) >= 0) return undefined;
  const before = subtract(entriesAdded, length);
  const toFirst = compareIds(id, first);
  if (toFirst === 0) return increment(before);
  return toFirst < 0 ? before : undefined;
}

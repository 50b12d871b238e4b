import { parseInt64 } from '#shared/numbers/int64.ts';
import { cString } from '#shared/resp/c-string.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { idText, MAX_ID, MIN_ID, nextId, parseId, previousId, UINT64_MAX } from '../../store/stream-id.ts';
import type { StreamId, Uint64 } from '../../store/stream-id.ts';
import type { StreamEntry } from '../../store/stream.ts';
import { parseLongLong } from '../arguments.ts';

/** An argument that must be an ID, `-` and `+` excluded. @throws ReplyError (Redis: `streamParseStrictIDOrReply`) */
export function requireId(text: string): StreamId {
  const id = parseId(text);
  if (id === undefined) throw invalidId();
  return id;
}

/** The smallest ID of a range: `-`, an ID, `ms` for all of that millisecond, `(` before it to exclude it. */
export function rangeStart(text: string): StreamId {
  if (!isExclusive(text)) return rangeId(text, 0);
  const start = nextId(requireId(text.slice(1)));
  if (start === undefined) throw new ReplyError('ERR invalid start ID for the interval');
  return start;
}

/** The greatest ID of a range; `ms` alone means the last ID of that millisecond. */
export function rangeEnd(text: string): StreamId {
  if (!isExclusive(text)) return rangeId(text, UINT64_MAX);
  const id = parseId(text.slice(1), UINT64_MAX);
  if (id === undefined) throw invalidId();
  const end = previousId(id);
  if (end === undefined) throw new ReplyError('ERR invalid end ID for the interval');
  return end;
}

/** An ID, or `-` and `+` for the smallest and the greatest. @throws ReplyError (Redis: `streamParseIDOrReply`) */
export function rangeId(text: string, missingSeq: Uint64): StreamId {
  if (text === '-') return MIN_ID;
  if (text === '+') return MAX_ID;
  const id = parseId(text, missingSeq);
  if (id === undefined) throw invalidId();
  return id;
}

/** COUNT's number: negative ones count as 0. @throws ReplyError */
export function parseCount(text: string): number {
  return Math.max(0, Number(parseLongLong(text)));
}

/** BLOCK's number; ms. @throws ReplyError */
export function parseBlock(text: string): number {
  const timeout = parseInt64(text);
  if (timeout === undefined) throw new ReplyError('ERR timeout is not an integer or out of range');
  if (timeout < 0) throw new ReplyError('ERR timeout is negative');
  if (typeof timeout === 'bigint') throw new ReplyError('ERR timeout is out of range');
  return timeout;
}

/** An entry as clients see it: its ID, then fields and values. */
export function entryReply(entry: StreamEntry): Reply {
  return [idText(entry), entry.fields];
}

/** The error of the commands that read, acknowledge or claim (Redis: `-NOGROUP`). */
export function noGroup(key: string, group: string): ReplyError {
  return new ReplyError(`NOGROUP No such key '${cString(key)}' or consumer group '${cString(group)}'`);
}

/** The error of XGROUP and XINFO; the other commands have the one above. */
export function noGroupOfKey(key: string, group: string): ReplyError {
  return new ReplyError(`NOGROUP No such consumer group '${cString(group)}' for key name '${cString(key)}'`);
}

/** The error for an argument that is not a stream ID. */
export function invalidId(): ReplyError {
  return new ReplyError('ERR Invalid stream ID specified as stream command argument');
}

function isExclusive(text: string): boolean {
  return text.length > 1 && text.startsWith('(');
}

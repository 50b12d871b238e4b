import { keyAt } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { compareIds, idText, isZero, MAX_ID, nextId, type StreamId, type Uint64 } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { entryReply, parseCount, rangeEnd, rangeStart, requireId } from './arguments.ts';
import { exactTrim, parseAddOrTrim, type AddId } from './trim.ts';

/** The log itself: entries are added at the end, read by ID, and removed. */
export const streams: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xadd',
      arity: -5,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW update')],
      tips: 'nondeterministic_output',
      since: '5.0.0',
      summary: 'Appends an entry, and makes the stream if there is none.',
      run: xadd,
    },
    {
      name: 'xlen',
      arity: 2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO')],
      since: '5.0.0',
      summary: 'The number of entries.',
      run: xlen,
    },
    {
      name: 'xrange',
      arity: -4,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      since: '5.0.0',
      summary: 'The entries in a range of IDs.',
      run: xrange,
    },
    {
      name: 'xrevrange',
      arity: -4,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      since: '5.0.0',
      summary: 'The entries in a range of IDs, latest first.',
      run: xrevrange,
    },
    {
      name: 'xdel',
      arity: -3,
      flags: 'write fast',
      keys: [keyAt(1, 'RW delete')],
      since: '5.0.0',
      summary: 'Removes entries by ID.',
      run: xdel,
    },
    {
      name: 'xtrim',
      arity: -4,
      flags: 'write',
      keys: [keyAt(1, 'RW delete')],
      tips: 'nondeterministic_output',
      since: '5.0.0',
      summary: 'Removes the oldest entries.',
      run: xtrim,
    },
    {
      name: 'xsetid',
      arity: -3,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW update')],
      since: '5.0.0',
      summary: 'Sets the last ID and the counters, as a copy of a stream needs.',
      run: xsetid,
    },
  ],
};

function xadd(request: Request): Reply {
  const { db, args, command } = request;
  const key = args[1]!;
  const { trim, noMkStream, id: wanted, idAt } = parseAddOrTrim(request, true);
  const fieldsAt = idAt + 1;
  if (args.length - fieldsAt < 2 || (args.length - fieldsAt) % 2 === 1) {
    throw new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
  }
  if (wanted.ms === 0 && wanted.seq === 0) {
    throw new ReplyError('ERR The ID specified in XADD must be greater than 0-0');
  }
  const existing = db.lookupWriteType(key, Stream);
  if (existing === undefined && noMkStream) return null;
  const stream = existing ?? new Stream();
  const id = idForEntry(stream.lastId, wanted);
  stream.append(id, args, fieldsAt);
  if (existing === undefined) db.set(key, stream, 'xadd');
  else db.signalModified(key, 'xadd');

  const text = idText(id);
  if (trim !== undefined && stream.trim(trim.keep, trim.approximate, trim.limit) > 0) {
    db.signalModified(key, 'xtrim', 0);
  }
  if (wanted.seq === undefined || trim?.approximate) {
    request.propagateAs([args[0]!, key, ...(trim ? exactTrim(stream, trim) : []), text, ...args.slice(fieldsAt)]);
  }
  return text;
}

/** The ID of the next entry (Redis: `streamAppendItem`). @throws ReplyError where it is not greater than the last */
export function idForEntry(last: StreamId, { ms, seq }: AddId): StreamId {
  if (compareIds(last, MAX_ID) === 0) {
    throw new ReplyError('ERR The stream has exhausted the last possible ID, unable to add more items');
  }
  if (ms === undefined) {
    const now = Date.now();
    return now > last.ms ? { ms: now, seq: 0 } : nextId(last)!;
  }
  const next = { ms, seq: seq ?? (ms === last.ms ? nextInMillisecond(last) : 0) };
  if (compareIds(next, last) <= 0) throw notGreater();
  return next;
}

function nextInMillisecond(last: StreamId): Uint64 {
  const next = nextId(last)!;
  if (next.ms !== last.ms) throw notGreater();
  return next.seq;
}

function notGreater(): ReplyError {
  return new ReplyError('ERR The ID specified in XADD is equal or smaller than the target stream top item');
}

function xlen({ db, args }: Request): Reply {
  return db.lookupReadType(args[1]!, Stream)?.length ?? 0;
}

function xrange(request: Request): Reply {
  const [, , start, end] = request.args;
  return rangeReply(request, start!, end!, false);
}

function xrevrange(request: Request): Reply {
  const [, , end, start] = request.args;
  return rangeReply(request, start!, end!, true);
}

/** Redis: `xrangeGenericCommand`. */
function rangeReply({ db, args }: Request, startText: string, endText: string, reverse: boolean): Reply {
  const start = rangeStart(startText);
  const end = rangeEnd(endText);
  let count = Infinity;
  for (let i = 4; i < args.length; i += 2) {
    if (args[i]!.toUpperCase() !== 'COUNT' || i + 1 === args.length) throw syntaxError();
    count = parseCount(args[i + 1]!);
  }
  const stream = db.lookupReadType(args[1]!, Stream);
  if (stream === undefined) return [];
  if (count === 0) return NULL_ARRAY;
  return (reverse ? stream.reverseRange(start, end, count) : stream.range(start, end, count)).map(entryReply);
}

function xdel({ db, args }: Request): Reply {
  const stream = db.lookupWriteType(args[1]!, Stream);
  if (stream === undefined) return 0;
  const ids: StreamId[] = [];
  for (let i = 2; i < args.length; i++) ids.push(requireId(args[i]!));
  let deleted = 0;
  for (const id of ids) if (stream.delete(id)) deleted++;
  if (deleted > 0) db.signalModified(args[1]!, 'xdel', deleted);
  return deleted;
}

function xtrim(request: Request): Reply {
  const { db, args } = request;
  const trim = parseAddOrTrim(request, false).trim!;
  const stream = db.lookupWriteType(args[1]!, Stream);
  if (stream === undefined) return 0;
  const removed = stream.trim(trim.keep, trim.approximate, trim.limit);
  if (removed > 0) {
    db.signalModified(args[1]!, 'xtrim', removed);
    if (trim.approximate) request.propagateAs([args[0]!, args[1]!, ...exactTrim(stream, trim)]);
  }
  return removed;
}

/** `XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]`. */
function xsetid({ db, args }: Request): Reply {
  const id = requireId(args[2]!);
  let entriesAdded: Uint64 | undefined;
  let maxDeletedId: StreamId | undefined;
  for (let i = 3; i < args.length; i += 2) {
    const option = args[i]!.toUpperCase();
    if (i + 1 === args.length) throw syntaxError();
    if (option === 'ENTRIESADDED') {
      entriesAdded = parseLongLong(args[i + 1]!);
      if (entriesAdded < 0) throw new ReplyError('ERR entries_added must be positive');
    } else if (option === 'MAXDELETEDID') {
      maxDeletedId = requireId(args[i + 1]!);
      if (compareIds(id, maxDeletedId) < 0) throw smallerThan('the provided max_deleted_entry_id');
    } else throw syntaxError();
  }
  const stream = db.lookupWriteType(args[1]!, Stream);
  if (stream === undefined) throw new ReplyError('ERR no such key');
  if (stream.length > 0) {
    if (compareIds(id, stream.lastEntryId!) < 0) throw smallerThan('the target stream top item');
    if (entriesAdded !== undefined && stream.length > entriesAdded) {
      throw new ReplyError('ERR The entries_added specified in XSETID is smaller than the target stream length');
    }
  }
  stream.lastId = id;
  if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
  if (maxDeletedId !== undefined && !isZero(maxDeletedId)) stream.maxDeletedId = maxDeletedId;
  db.signalUnwatched(args[1]!, 'xsetid');
  return OK;
}

function smallerThan(what: string): ReplyError {
  return new ReplyError(`ERR The ID specified in XSETID is smaller than ${what}`);
}

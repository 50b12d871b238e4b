import { keysBehind } from '#shared/commands/key-specs.ts';
import { MapReply, NULL_ARRAY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { compareIds, idText, MAX_ID, MIN_ID, nextId, type StreamId } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { syntaxError } from '../arguments.ts';
import { entryReply, parseBlock, parseCount, requireId } from './arguments.ts';

/** Reading entries after an ID, and waiting for new ones. */
export const streamsRead: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xread',
      arity: -4,
      flags: 'readonly blocking',
      keys: [keysBehind('STREAMS', 1, 'RO access')],
      since: '5.0.0',
      summary: 'The entries after an ID, of several streams, waiting for them if need be.',
      run: xread,
    },
  ],
};

/** The arguments of XREAD and XREADGROUP. */
export interface ReadArguments {
  readonly keys: readonly string[];
  /** As typed, one for each key. */
  readonly ids: readonly string[];
  /** Position of the first ID. */
  readonly idsAt: number;
  /** Per stream. */
  readonly count: number;
  /** How long to wait; ms, 0 for ever. */
  readonly block: number | undefined;
  readonly group: { readonly name: string; readonly consumer: string } | undefined;
  readonly noAck: boolean;
}

/** The entries that were found in one stream. */
export type ReadResult = [key: string, entries: Reply[]];

/**
 * `XREAD [COUNT count] [BLOCK ms] STREAMS key … id …`. `$` is the last ID at this moment: a client that waits must get
 * the entries after it, so the ID itself is kept in its place for the next try.
 */
function xread(request: Request): Reply {
  const { db, args } = request;
  const { keys, ids, idsAt, count, block } = parseRead(args, 'xread');
  const after = ids.map((id, i) => lastSeen(db.lookupReadType(keys[i]!, Stream), id));
  const results: ReadResult[] = [];
  keys.forEach((key, i) => {
    const stream = db.lookupReadType(key, Stream);
    if (stream === undefined || !hasEntriesAfter(stream, after[i]!)) return;
    results.push([key, stream.range(nextId(after[i]!)!, MAX_ID, count).map(entryReply)]);
  });
  if (results.length > 0) return streamsReply(request, results);
  if (block === undefined) return NULL_ARRAY;
  request.args = [...args.slice(0, idsAt), ...after.map(idText)];
  return request.block({ keys, type: Stream, timeout: block, timeoutReply: NULL_ARRAY });
}

/** Reads the options of either command; an option of the other one is an error. @throws ReplyError (`xreadCommand`) */
export function parseRead(args: readonly string[], name: 'xread' | 'xreadgroup'): ReadArguments {
  const isGroup = name === 'xreadgroup';
  let count = Infinity;
  let block: number | undefined;
  let group: ReadArguments['group'];
  let noAck = false;
  for (let i = 1; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    const left = args.length - 1 - i;
    if (option === 'BLOCK' && left > 0) block = parseBlock(args[++i]!);
    else if (option === 'COUNT' && left > 0) count = parseCount(args[++i]!) || Infinity;
    else if (option === 'GROUP' && left >= 2) {
      if (!isGroup) throw onlyForGroups('GROUP');
      group = { name: args[++i]!, consumer: args[++i]! };
    } else if (option === 'NOACK') {
      if (!isGroup) throw onlyForGroups('NOACK');
      noAck = true;
    } else if (option === 'STREAMS' && left > 0) {
      if (left % 2 === 1) throw new ReplyError(UNBALANCED);
      if (isGroup && group === undefined) throw new ReplyError('ERR Missing GROUP option for XREADGROUP');
      const idsAt = i + 1 + left / 2;
      return { keys: args.slice(i + 1, idsAt), ids: args.slice(idsAt), idsAt, count, block, group, noAck };
    } else throw syntaxError();
  }
  throw syntaxError();
}

const UNBALANCED = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";

/** Pairs of key and entries: a map in RESP3, an array of arrays in RESP2. */
export function streamsReply({ client }: Request, results: ReadResult[]): Reply {
  return client.replies.protocol === 3 ? new MapReply(results.flat()) : results;
}

/** Whether there is an entry after `id` for a reader. */
export function hasEntriesAfter(stream: Stream, id: StreamId): boolean {
  return stream.length > 0 && compareIds(stream.lastEntryId!, id) > 0;
}

function lastSeen(stream: Stream | undefined, id: string): StreamId {
  if (id === '$') return stream?.lastId ?? MIN_ID;
  if (id !== '>') return requireId(id);
  throw new ReplyError(
    'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
  );
}

function onlyForGroups(option: string): ReplyError {
  return new ReplyError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);
}

import { keyAt } from '#shared/commands/key-specs.ts';
import { MapReply, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Consumer, ConsumerGroup, PendingEntry } from '../../store/stream-groups.ts';
import { idText, MAX_ID, MIN_ID } from '../../store/stream-id.ts';
import { groupLag } from '../../store/stream-lag.ts';
import { Stream, type StreamEntry } from '../../store/stream.ts';
import { parseLongLong } from '../arguments.ts';
import { entryReply, noGroupOfKey } from './arguments.ts';
import { byName } from './pending.ts';

/** XINFO: facts about a stream, its groups and their consumers. */
export const streamInfo: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xinfo',
      arity: -2,
      flags: '',
      since: '5.0.0',
      summary: 'Facts about streams and their groups.',
      subcommands: [
        {
          name: 'stream',
          arity: -3,
          flags: 'readonly',
          keys: [keyAt(2, 'RO access')],
          since: '5.0.0',
          summary: 'Facts about a stream; FULL: its entries and groups too.',
          syntax: '<key> [FULL [COUNT <count>]]',
          run: xinfoStream,
        },
        {
          name: 'groups',
          arity: 3,
          flags: 'readonly',
          keys: [keyAt(2, 'RO access')],
          since: '5.0.0',
          summary: 'The groups of a stream.',
          syntax: '<key>',
          run: xinfoGroups,
        },
        {
          name: 'consumers',
          arity: 4,
          flags: 'readonly',
          keys: [keyAt(2, 'RO access')],
          tips: 'nondeterministic_output',
          since: '5.0.0',
          summary: 'The consumers of a group.',
          syntax: '<key> <group>',
          run: xinfoConsumers,
        },
      ],
    },
  ],
};

/** How many entries FULL shows unless COUNT says otherwise. */
const DEFAULT_COUNT = 10;

function xinfoStream({ db, args }: Request): Reply {
  const stream = requireStream(db.lookupReadType(args[2]!, Stream));
  const isFull = args.length > 3;
  const count = isFull ? parseFullCount(args) : 0;
  return new MapReply([
    ...['length', stream.length],
    ...['radix-tree-keys', stream.blockCount],
    // There is no such tree here; a small one has its root and one node for each block.
    ...['radix-tree-nodes', stream.blockCount + 1],
    ...['last-generated-id', idText(stream.lastId)],
    ...['max-deleted-entry-id', idText(stream.maxDeletedId)],
    ...['entries-added', stream.entriesAdded],
    ...['recorded-first-entry-id', idText(stream.firstEntryId ?? MIN_ID)],
    ...(isFull ? fullFields(stream, count) : shortFields(stream)),
  ]);
}

function shortFields(stream: Stream): Reply[] {
  const [first] = stream.range(MIN_ID, MAX_ID, 1);
  const [last] = stream.reverseRange(MIN_ID, MAX_ID, 1);
  return ['groups', stream.groups.size, 'first-entry', entryOrNull(first), 'last-entry', entryOrNull(last)];
}

function entryOrNull(entry: StreamEntry | undefined): Reply {
  return entry === undefined ? null : entryReply(entry);
}

function fullFields(stream: Stream, count: number): Reply[] {
  return [
    ...['entries', stream.range(MIN_ID, MAX_ID, count).map(entryReply)],
    ...['groups', sortedGroups(stream).map(({ name, group }) => fullGroup(stream, name, group, count))],
  ];
}

function fullGroup(stream: Stream, name: string, group: ConsumerGroup, count: number): Reply {
  const consumers = [...group.consumers.values()].sort(byName);
  return new MapReply([
    ...['name', name],
    ...progress(stream, group),
    ...['pel-count', group.pending.size],
    ...['pending', firstPending(group, count, ({ consumer }) => [consumer.name])],
    ...['consumers', consumers.map((consumer) => fullConsumer(consumer, count))],
  ]);
}

function fullConsumer(consumer: Consumer, count: number): Reply {
  return new MapReply([
    ...['name', consumer.name],
    ...['seen-time', consumer.seenTime],
    ...['active-time', consumer.activeTime],
    ...['pel-count', consumer.pending.size],
    ...['pending', firstPending(consumer, count, () => [])],
  ]);
}

function firstPending(
  { pending }: Pick<Consumer, 'pending'>,
  count: number,
  owner: (entry: PendingEntry) => string[],
): Reply[] {
  const replies: Reply[] = [];
  for (const entry of pending.from(MIN_ID)) {
    if (replies.length >= count) break;
    replies.push([idText(entry), ...owner(entry), entry.deliveryTime, entry.deliveryCount]);
  }
  return replies;
}

function xinfoGroups({ db, args }: Request): Reply {
  const stream = requireStream(db.lookupReadType(args[2]!, Stream));
  return sortedGroups(stream).map(
    ({ name, group }) =>
      new MapReply([
        ...['name', name],
        ...['consumers', group.consumers.size],
        ...['pending', group.pending.size],
        ...progress(stream, group),
      ]),
  );
}

/** Idle: since its last try; inactive: since it last got anything, -1 for never. Both in ms. */
function xinfoConsumers({ db, args }: Request): Reply {
  const stream = requireStream(db.lookupReadType(args[2]!, Stream));
  const group = stream.groups.get(args[3]!);
  if (group === undefined) throw noGroupOfKey(args[2]!, args[3]!);
  const now = Date.now();
  return [...group.consumers.values()].sort(byName).map(
    ({ name, pending, seenTime, activeTime }) =>
      new MapReply([
        ...['name', name],
        ...['pending', pending.size],
        ...['idle', Math.max(0, now - seenTime)],
        ...['inactive', activeTime < 0 ? -1 : Math.max(0, now - activeTime)],
      ]),
  );
}

function progress(stream: Stream, group: ConsumerGroup): Reply[] {
  return [
    ...['last-delivered-id', idText(group.lastId)],
    ...['entries-read', group.entriesRead ?? null],
    ...['lag', groupLag(stream, group) ?? null],
  ];
}

function sortedGroups(stream: Stream): { name: string; group: ConsumerGroup }[] {
  return [...stream.groups].map(([name, group]) => ({ name, group })).sort(byName);
}

/** `FULL [COUNT count]`; 0 means all. @throws ReplyError */
function parseFullCount(args: readonly string[]): number {
  const isValid = args[3]!.toUpperCase() === 'FULL' && (args.length === 4 || args.length === 6);
  if (!isValid || (args.length === 6 && args[4]!.toUpperCase() !== 'COUNT')) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try XINFO HELP.`);
  }
  if (args.length === 4) return DEFAULT_COUNT;
  const count = Number(parseLongLong(args[5]!));
  if (count === 0) return Infinity;
  return count < 0 ? DEFAULT_COUNT : count;
}

function requireStream(stream: Stream | undefined): Stream {
  if (stream === undefined) throw new ReplyError('ERR no such key');
  return stream;
}

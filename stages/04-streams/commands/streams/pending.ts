import { keyAt } from '#shared/commands/key-specs.ts';
import { NULL_ARRAY, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { ConsumerGroup } from '../../store/stream-groups.ts';
import { compareIds, idText, type StreamId } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { noGroup, parseCount, rangeEnd, rangeStart } from './arguments.ts';

/** Entries that were delivered and not acknowledged. */
export const streamPending: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xpending',
      arity: -3,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      tips: 'nondeterministic_output',
      since: '5.0.0',
      summary: 'What a group was given and has not acknowledged.',
      run: xpending,
    },
  ],
};

/** `XPENDING key group [[IDLE min-idle-time] start end count [consumer]]`. */
function xpending({ db, args }: Request): Reply {
  if (args.length !== 3 && (args.length < 6 || args.length > 9)) throw syntaxError();
  const query = args.length === 3 ? undefined : parsePendingQuery(args);
  const { group } = requireGroup(db.lookupReadType(args[1]!, Stream), args);
  if (query === undefined) return summary(group);
  const consumer = query.consumer === undefined ? undefined : group.consumers.get(query.consumer);
  if (query.consumer !== undefined && consumer === undefined) return [];
  const now = Date.now();
  const replies: Reply[] = [];
  for (const entry of (consumer ?? group).pending.from(query.start)) {
    if (replies.length >= query.count || compareIds(entry, query.end) > 0) break;
    const idle = Math.max(0, now - entry.deliveryTime);
    if (idle >= query.minIdle) replies.push([idText(entry), entry.consumer.name, idle, entry.deliveryCount]);
  }
  return replies;
}

interface PendingQuery {
  readonly minIdle: number;
  readonly start: StreamId;
  readonly end: StreamId;
  readonly count: number;
  readonly consumer: string | undefined;
}

function parsePendingQuery(args: readonly string[]): PendingQuery {
  let at = 3;
  let minIdle = 0;
  if (args[3]!.toUpperCase() === 'IDLE') {
    minIdle = Number(parseLongLong(args[4]!));
    if (args.length < 8) throw syntaxError();
    at = 5;
  }
  const count = parseCount(args[at + 2]!);
  const start = rangeStart(args[at]!);
  const end = rangeEnd(args[at + 1]!);
  return { minIdle, start, end, count, consumer: args[at + 3] };
}

/** Number of entries, smallest and greatest ID, and the number for each consumer that has any. */
function summary({ pending, consumers }: ConsumerGroup): Reply {
  if (pending.size === 0) return [0, null, null, NULL_ARRAY];
  const busy = [...consumers.values()].filter((consumer) => consumer.pending.size > 0).sort(byName);
  return [
    pending.size,
    idText(pending.first()!),
    idText(pending.last()!),
    busy.map((consumer) => [consumer.name, String(consumer.pending.size)]),
  ];
}

/** The order in which Redis's radix tree keeps names. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** The group that the first two arguments name. @throws ReplyError NOGROUP */
export function requireGroup(
  stream: Stream | undefined,
  args: readonly string[],
): { stream: Stream; group: ConsumerGroup } {
  const group = stream?.groups.get(args[2]!);
  if (stream !== undefined && group !== undefined) return { stream, group };
  throw noGroup(args[1]!, args[2]!);
}

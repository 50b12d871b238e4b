import { INT64_MAX } from '#shared/numbers/int64.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { NO_LOG } from '../../replication/wait.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

/** Waiting until replicas have what was written. */
export const wait: Family = {
  group: 'generic',
  category: 'connection',
  rows: [
    {
      name: 'wait',
      arity: 3,
      flags: 'noscript',
      tips: 'request_policy:all_shards response_policy:agg_min',
      since: '3.0.0',
      summary: "Waits until so many replicas have this connection's writes.",
      syntax: '<numreplicas> <timeout>',
      run: waitForReplicas,
    },
    {
      name: 'waitaof',
      arity: 4,
      flags: 'blocking',
      tips: 'request_policy:all_shards response_policy:agg_min',
      since: '7.2.0',
      summary: "Waits until this connection's writes are on disk, in this server's log and in those of so many replicas.",
      syntax: '<numlocal> <numreplicas> <timeout>',
      run: waitForLogs,
    },
    {
      name: 'waitoffset',
      arity: 4,
      flags: 'noscript blocking',
      since: '7.2.0',
      summary: 'Waits until this server has a history up to an offset.',
      syntax: '<replid> <offset> <timeout>',
      run: waitForOffset,
    },
  ],
};

/** `WAIT numreplicas timeout`, in ms, 0: for ever. @returns how many replicas have what this connection has written */
function waitForReplicas({ server, client, args }: Request): Reply {
  if (server.replication.link !== undefined) throw new ReplyError(ON_REPLICA);
  const count = Number(parseLongLong(args[1]!));
  return server.ackWaits.forReplicas(client, count, parseTimeoutMs(args[2]!));
}

/**
 * `WAITAOF numlocal numreplicas timeout`, in ms, 0: for ever. @returns whether this server has synced what this
 * connection has written (1 or 0), and how many replicas have
 */
function waitForLogs({ server, client, args }: Request): Reply {
  const local = parseLongLong(args[1]!);
  if (local !== 0 && local !== 1) throw new ReplyError('ERR value is out of range, value must between 0 and 1');
  const count = Number(parseLongLong(args[2]!, NOT_POSITIVE));
  if (count < 0) throw new ReplyError(NOT_POSITIVE);
  const timeout = parseTimeoutMs(args[3]!);
  if (server.replication.link !== undefined) throw new ReplyError(NO_WRITES_HERE);
  if (local === 1 && !server.options.appendonly) throw new ReplyError(NO_LOG);
  return server.ackWaits.forLogs(client, local === 1, count, timeout);
}

/** `WAITOFFSET replid offset timeout`, in ms, 0: for ever. @returns 1 when this server has that much of the history, else 0 */
function waitForOffset({ server, client, args }: Request): Reply {
  const offset = Number(parseLongLong(args[2]!));
  return server.offsetWaits.begin(client, args[1]!, offset, parseTimeoutMs(args[3]!));
}

function parseTimeoutMs(text: string): number {
  const timeout = parseLongLong(text, 'ERR timeout is not an integer or out of range');
  if (timeout < 0) throw new ReplyError('ERR timeout is negative');
  if (timeout > INT64_MAX - BigInt(Date.now())) throw new ReplyError('ERR timeout is out of range');
  return Number(timeout);
}

const NOT_POSITIVE = 'ERR value is out of range, must be positive';
const NO_WRITES_HERE =
  'ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are ' +
  'not propagated.';

const ON_REPLICA =
  'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured ' +
  'to be writable (which is not the default) writes to replicas are just local and are not propagated.';

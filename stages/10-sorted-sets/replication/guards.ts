import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Request } from '../router/request.ts';
import { goodReplicas } from './primary.ts';

/** No write that fewer replicas than `min-replicas-to-write` would get. */
export function checkGoodReplicas(request: Request): Reply | undefined {
  const { server } = request;
  const least = server.options['min-replicas-to-write'];
  if (least === 0 || server.options['min-replicas-max-lag'] === 0 || server.replication.link !== undefined) return undefined;
  if (!request.has('write') || goodReplicas(server) >= least) return undefined;
  return new ReplyError('NOREPLICAS Not enough good replicas to write.');
}

/** Refuses writes of clients on a replica: the primary would not get them. */
export function checkReadOnly(request: Request): Reply | undefined {
  const { replication, options } = request.server;
  if (replication.link === undefined || !request.has('write')) return undefined;
  if (options['replica-read-only']) return new ReplyError("READONLY You can't write against a read only replica.");
  replication.ownDeadlines.note(request);
  return undefined;
}

/** A connection that gets the history neither reads data nor changes them. */
export function checkReplica(request: Request): Reply | undefined {
  if (request.client.type !== 'replica' && !request.client.monitor) return undefined;
  if (!request.has('write') && !request.has('readonly') && !request.has('may_replicate')) return undefined;
  return new ReplyError("ERR Replica can't interact with the keyspace");
}

/** A replica whose link is down may have old data. */
export function checkPrimaryLink(request: Request): Reply | undefined {
  const { replication, options } = request.server;
  if (replication.link === undefined || options['replica-serve-stale-data']) return undefined;
  if (replication.link.state === 'connected' || !request.lacks('stale')) return undefined;
  return new ReplyError("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");
}

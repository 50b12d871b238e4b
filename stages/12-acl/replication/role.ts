import { log } from '#shared/log.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Server } from '../server.ts';
import { PrimaryLink, restartAof } from './primary-link.ts';

/** Makes a starting server a replica: the data that it loads are its primary's already; the link is opened afterwards. */
export function prepareRole(server: Server): void {
  const [host, port] = server.options.replicaof;
  if (host !== undefined) enterReplica(server, host, Number(port), false, 0);
}

/** REPLICAOF host port (Redis: `replicationSetMaster`). A server that was a primary offers the history that it has. */
export function becomeReplica(server: Server, host: string, port: number): void {
  const { replication } = server;
  const { link } = replication;
  server.beforeSleep();
  replication.sendStream();
  link?.stop();
  if (replication.backlog === undefined) replication.createBacklog();
  unblockClients(server);
  enterReplica(server, host, port, link === undefined || link.hasHistory, link?.db ?? 0);
  server.options.replicaof = [host, String(port)];
  replication.link!.start();
}

/**
 * REPLICAOF NO ONE: a primary with the data it has, in a history of its own that begins as the old one (Redis:
 * `replicationUnsetMaster`).
 */
export function becomePrimary(server: Server): void {
  const { replication } = server;
  replication.link?.stop();
  replication.link = undefined;
  server.options.replicaof = [];
  server.pauseChanged();
  log.role = 'M';
  replication.shiftReplid();
  // The replicas connect again at once, and learn the new ID.
  replication.disconnectReplicas();
  replication.forgetSelected();
  replication.noReplicasSince = Date.now();
  replication.updateFeed();
  restartAof(server);
}

function enterReplica(server: Server, host: string, port: number, hasHistory: boolean, db: number): void {
  const { replication, keyspace } = server;
  replication.link = new PrimaryLink(server, host, port, hasHistory, db);
  replication.updateFeed();
  keyspace.removesExpired = false;
  log.role = 'S';
}

/** On a replica no client may wait for other clients' writes (Redis: `disconnectAllBlockedClients`). */
function unblockClients(server: Server): void {
  for (const client of server.clients.byId.values()) {
    if (!client.blocked || client.postponed) continue;
    server.blockedClients.fail(client, new ReplyError(UNBLOCKED));
    server.clients.closeAfterReply(client);
  }
}

const UNBLOCKED = 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)';

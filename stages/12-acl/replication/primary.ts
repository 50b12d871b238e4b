import { log } from '#shared/log.ts';
import type { Options } from '../options.ts';
import type { Failover } from './failover.ts';
import type { Replica } from './replica.ts';
import type { Replication } from './replication.ts';

/** The parts of the server that a primary uses. */
export interface Primary {
  readonly replication: Replication;
  readonly failover: Failover;
  readonly options: Options;
}

/** PSYNC: continues at the replica's offset if the backlog has it, else sends all data (Redis: `syncCommand`). */
export function synchronize(server: Primary, replica: Replica, replid: string, offset: number): void {
  const { replication } = server;
  log.notice(`Replica ${replica.name} asks for synchronization`);
  replication.write();
  if (continuePartially(server, replica, replid, offset)) return;
  if (replid !== '?') replication.stats.partialErr++;
  synchronizeFully(server, replica);
}

/** Sends all data. The first replica begins a history under a new name: no earlier bytes were counted. */
export function synchronizeFully(server: Primary, replica: Replica): void {
  const { replication } = server;
  replication.stats.full++;
  if (replication.backlog === undefined) {
    replication.beginHistory();
    replication.createBacklog();
    log.notice(`Replication backlog created, my new replication ID is ${replication.replid}`);
  }
  attach(server, replica);
  replication.fullSync.request(replica);
}

/** Redis: `masterTryPartialResynchronization`. */
function continuePartially(server: Primary, replica: Replica, asked: string, offset: number): boolean {
  const { replication } = server;
  const { backlog, replid, replid2, secondOffset } = replication;
  const wanted = asked.toLowerCase();
  const isOurs = wanted === replid || (wanted === replid2 && offset <= secondOffset);
  if (!isOurs) {
    if (asked !== '?') log.notice(`Partial resynchronization not accepted: another history (${asked}:${offset})`);
    return false;
  }
  if (backlog === undefined || !backlog.covers(offset)) {
    log.notice(`Unable to partial resync with replica ${replica.name} for lack of backlog (it asked for ${offset})`);
    return false;
  }
  replication.stats.partialOk++;
  attach(server, replica);
  replica.socket.write(replica.capaPsync2 ? `+CONTINUE ${replid}\r\n` : '+CONTINUE\r\n');
  replica.state = 'online';
  replica.inSync = true;
  replica.next = offset;
  replica.ackTime = Date.now();
  log.notice(`Partial resynchronization request from ${replica.name} accepted, from offset ${offset} on`);
  replication.sendTo(replica);
  return true;
}

function attach({ replication, options }: Primary, replica: Replica): void {
  const { client, socket } = replica;
  client.type = 'replica';
  client.idleReasons++;
  replication.replicas.add(replica);
  if (options['repl-disable-tcp-nodelay']) socket.setNoDelay(false);
  socket.on('drain', () => replication.sendTo(replica));
}

/** What a primary does about its replicas once a second (Redis: `replicationCron`). */
export function primaryCron(server: Primary, second: number): void {
  const { replication, options, failover } = server;
  // Not while a replica is to catch up: a ping is part of the history.
  const pings = replication.link === undefined && replication.replicas.size > 0 && failover.state === 'no-failover';
  if (pings && second % options['repl-ping-replica-period'] === 0) replication.feed(-1, ['PING']);
  replication.fullSync.keepAlive();
  for (const replica of replication.replicas) {
    if (isSilent(replica, options['repl-timeout'] * 1000)) {
      log.warning(`Disconnecting timedout replica ${replica.name}`);
      replica.cut();
    } else if (replica.inSync) replica.checkOutputLimit(options, replication.offset);
  }
  replication.expireBacklog();
}

/** One that is being synced is silent when it takes nothing, one that is online when it says nothing. */
function isSilent({ state, inSync, knowsOffsets, client, socket, ackTime, lastProgress }: Replica, timeout: number): boolean {
  const now = Date.now();
  if (state === 'online') return knowsOffsets && now - Math.max(ackTime, client.lastInteraction) > timeout;
  return inSync && socket.writableNeedDrain && now - lastProgress > timeout;
}

/** Replicas that are online and have sent an ACK lately (Redis: `refreshGoodSlavesCount`). */
export function goodReplicas({ replication, options }: Primary): number {
  return replication.online.filter((replica) => replica.lag <= options['min-replicas-max-lag']).length;
}

import { log } from '#shared/log.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Server } from '../server.ts';
import { becomePrimary, becomeReplica } from './role.ts';

/** In the words of INFO. */
export type FailoverState = 'no-failover' | 'waiting-for-sync' | 'failover-in-progress';

/** A replica, by the address that INFO shows of it. */
export interface FailoverTarget {
  readonly host: string;
  readonly port: number;
}

/** The arguments of FAILOVER. */
export interface FailoverPlan {
  /** Undefined: the first replica that has everything. */
  readonly target: FailoverTarget | undefined;
  /** ms; undefined: there is no limit. */
  readonly timeout: number | undefined;
  /** After the timeout the target takes over, whatever it lacks. */
  readonly force: boolean;
}

/**
 * FAILOVER: this primary and one of its replicas change places, and no write is lost. Writes are paused until a replica
 * has the whole history. Then this server becomes a replica of that one, and its PSYNC tells that one to be the primary (Redis:
 * `failoverCommand`, `updateFailoverStatus`).
 */
export class Failover {
  state: FailoverState = 'no-failover';
  private target: FailoverTarget | undefined;
  private force = false;
  /** ms since 1970. */
  private end = Infinity;
  private readonly server: Server;

  constructor(server: Server) {
    this.server = server;
  }

  /** @throws ReplyError when no replica can take over */
  begin({ target, timeout = Infinity, force }: FailoverPlan): void {
    const { replication, pause } = this.server;
    if (this.state !== 'no-failover') throw new ReplyError('ERR FAILOVER already in progress.');
    if (replication.link !== undefined) throw new ReplyError('ERR FAILOVER is not valid when server is a replica.');
    if (replication.replicas.size === 0) throw new ReplyError('ERR FAILOVER requires connected replicas.');
    if (force && (target === undefined || timeout === Infinity)) throw new ReplyError(FORCE_NEEDS_MORE);
    if (target !== undefined) this.expectOnline(target);
    this.target = target;
    this.force = force;
    this.end = Date.now() + timeout;
    this.state = 'waiting-for-sync';
    log.notice(`FAILOVER requested to ${this.name}.`);
    pause.begin('failover', Infinity, 'write');
  }

  /** Goes on when a replica has everything, or when time is up; called when a replica has acknowledged, and by cron. */
  update(): void {
    if (this.state !== 'waiting-for-sync') return;
    if (Date.now() >= this.end) {
      if (!this.force) return this.abort('Replica never caught up before timeout');
      log.notice(`Failover to ${this.name} time out exceeded, failing over.`);
      return this.handOver(this.target!);
    }
    const target = this.findSynced();
    if (target === undefined) return;
    log.notice(`Failover target ${target.host}:${target.port} is synced, failing over.`);
    this.handOver(target);
  }

  /** This server is a primary, and takes writes again. A replica that got the request already may have become a primary, too. */
  abort(reason: string): void {
    log.notice(`Aborting failover to ${this.name}: ${reason}`);
    if (this.state === 'failover-in-progress') becomePrimary(this.server);
    this.clear();
  }

  /** How the target has answered PSYNC: with its history, or with an error. */
  answered(accepted: boolean): void {
    if (accepted) this.clear();
    else this.abort('Failover target rejected psync request');
  }

  private handOver(target: FailoverTarget): void {
    this.target = target;
    this.state = 'failover-in-progress';
    becomeReplica(this.server, target.host, target.port);
  }

  /** Requests that have waited run: on a replica they get READONLY. */
  private clear(): void {
    this.state = 'no-failover';
    this.target = undefined;
    this.server.pause.finish('failover');
  }

  private get name(): string {
    return this.target === undefined ? 'first replica in sync' : `${this.target.host}:${this.target.port}`;
  }

  private expectOnline(target: FailoverTarget): void {
    const replica = this.candidates(target)[0];
    if (replica === undefined) throw new ReplyError('ERR FAILOVER target HOST and PORT is not a replica.');
    if (replica.state !== 'online') throw new ReplyError('ERR FAILOVER target replica is not online.');
  }

  private findSynced(): FailoverTarget | undefined {
    const { offset } = this.server.replication;
    const replica = this.candidates(this.target).find(({ ackOffset }) => ackOffset === offset);
    return replica && { host: replica.ip, port: replica.listeningPort };
  }

  private candidates(target: FailoverTarget | undefined) {
    const replicas = [...this.server.replication.replicas];
    if (target === undefined) return replicas;
    const host = target.host.toLowerCase();
    return replicas.filter(({ ip, listeningPort }) => ip.toLowerCase() === host && listeningPort === target.port);
  }
}

/** `PSYNC <replid> <offset> FAILOVER`: a primary asks this replica to take its place. @throws ReplyError (Redis: `syncCommand`) */
export function takeOver(server: Server, replid: string): void {
  const { replication } = server;
  log.warning(`Failover request received for replid ${replid}.`);
  if (replication.link === undefined) throw new ReplyError("ERR PSYNC FAILOVER can't be sent to a master.");
  if (replid.toLowerCase() !== replication.replid) throw new ReplyError('ERR PSYNC FAILOVER replid must match my replid.');
  becomePrimary(server);
  log.notice('MASTER MODE enabled (failover request)');
}

const FORCE_NEEDS_MORE = 'ERR FAILOVER with force option requires both a timeout and target HOST and IP.';

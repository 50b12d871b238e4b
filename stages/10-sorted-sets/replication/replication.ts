import { randomBytes } from 'node:crypto';
import { Coalescer } from '#shared/coalescer.ts';
import { log } from '#shared/log.ts';
import type { Client } from '../clients/client.ts';
import { CommandOutput } from '../persistence/command-output.ts';
import { PROPAGATE_REPL, type PropagationTarget } from '../router/propagate.ts';
import type { Server } from '../server.ts';
import { Backlog } from './backlog.ts';
import { FullSync } from './full-sync.ts';
import { OwnDeadlines } from './own-deadlines.ts';
import type { PrimaryLink } from './primary-link.ts';
import { Replica } from './replica.ts';

/** No history: as `master_replid2` says it. */
export const NO_REPLID = '0'.repeat(40);
/** So many bytes of the stream are sent at once: waiting for more would save no packet. */
const SEND_AT_ONCE_BYTES = 16 * 1024;

/**
 * The history of this server: its name, its length, its last part, and the replicas that follow it (Redis: the replication
 * fields of `struct redisServer`). A primary makes it from the effects of its commands; a replica passes on the bytes of
 * its primary.
 */
export class Replication implements PropagationTarget {
  readonly takes = PROPAGATE_REPL;
  replid = newReplid();
  /** The history that this one came out of, and the first offset at which they differ. */
  replid2 = NO_REPLID;
  secondOffset = -1;
  backlog: Backlog | undefined;
  readonly replicas = new Set<Replica>();
  /** Also clients that have sent REPLCONF, but no PSYNC yet. */
  readonly byClient = new Map<Client, Replica>();
  readonly fullSync: FullSync;
  readonly ownDeadlines: OwnDeadlines;
  /** Set while this server is a replica. */
  link: PrimaryLink | undefined;
  /** `linkRead` and `linkWritten`: bytes from the primary, and to replicas. */
  readonly stats = { full: 0, partialOk: 0, partialErr: 0, linkRead: 0, linkWritten: 0, unexpectedErrors: 0 };
  /** When the last replica left; ms since 1970. */
  noReplicasSince = Date.now();
  private readonly server: Server;
  private readonly output = new CommandOutput();
  /** The database that the stream has selected last. */
  private selected = -1;
  /** The offset up to which the backlog has the history, and up to which it may be sent. */
  private written = 0;
  private released = 0;
  /** The offset up to which `sendStream` has arranged the sending. */
  private streamed = 0;
  private wantsAcks = false;
  private readonly sending = new Coalescer({
    size: () => this.offset - this.streamed,
    enough: SEND_AT_ONCE_BYTES,
    action: () => this.server.beforeSleep(),
  });

  constructor(server: Server) {
    this.server = server;
    this.fullSync = new FullSync(server, this);
    this.ownDeadlines = new OwnDeadlines(server);
  }

  /** How long the history is, in bytes (Redis: `master_repl_offset`). */
  get offset(): number {
    return this.written + this.output.size;
  }

  /** The database that a replica which continues here must select first. */
  get streamDb(): number {
    if (this.link === undefined) return Math.max(0, this.selected);
    return this.link.stream?.client.db ?? this.link.db;
  }

  get online(): Replica[] {
    return [...this.replicas].filter((replica) => replica.state === 'online');
  }

  /** A command goes to the stream (Redis: `replicationFeedSlaves`). `db` -1: it is about none. */
  feed(db: number, command: readonly string[]): void {
    this.sending.begin();
    if (db !== this.selected && db !== -1) {
      this.selected = db;
      this.output.command(['SELECT', String(db)]);
    }
    this.output.command(command);
  }

  /**
   * The stream goes to the replicas after the replies: clients wait for these, and a replica that wakes up takes a
   * processor from them. While commands keep adding to the stream it is held, unless WAIT needs it (the last step of `beforeSleep`).
   */
  streamIfDue(): void {
    if (this.wantsAcks || !this.sending.active) this.sendStream();
  }

  /** Adds a GETACK if acknowledgements are wanted, and sends the stream so far, once the log has it. */
  sendStream(): void {
    // During a pause nothing is added to the history, so the GETACK is sent afterwards.
    if (this.wantsAcks && this.server.pause.kind === undefined) {
      this.wantsAcks = false;
      if (this.link === undefined) this.feed(-1, ['REPLCONF', 'GETACK', '*']);
    }
    this.write();
    const end = this.written;
    if (end === this.streamed) return;
    this.streamed = end;
    this.server.aof.file.afterSync(() => this.release(end));
  }

  /** Sends REPLCONF GETACK to the replicas, at the end of this turn (Redis: `replicationRequestAckFromSlaves`). */
  requestAcks(): void {
    if (this.link !== undefined || this.backlog === undefined || this.wantsAcks) return;
    this.wantsAcks = true;
    this.server.scheduleBeforeSleep();
  }

  /** Moves the commands so far to the backlog. */
  write(): void {
    const { output } = this;
    if (output.size === 0) return;
    this.append(output.bytes());
    output.drop(output.size);
  }

  /** Passes on bytes of the primary's stream that have been applied, to the replicas of this server. */
  passOn(bytes: readonly Buffer[]): void {
    for (const part of bytes) this.append(part);
    this.server.scheduleBeforeSleep();
  }

  /** The next command in the stream gets a SELECT before it, for replicas that have not seen the last one. */
  forgetSelected(): void {
    this.selected = -1;
  }

  /** Redis: `createReplicationBacklog`. */
  createBacklog(): void {
    this.backlog = new Backlog(this.written);
    this.released = this.written;
    this.streamed = this.written;
    this.updateFeed();
  }

  /** A history begins that no other server has (`changeReplicationId`, `clearReplicationId2`). */
  beginHistory(): void {
    this.replid = newReplid();
    this.replid2 = NO_REPLID;
    this.secondOffset = -1;
  }

  /** Goes over to a new history, which has the old one as its beginning (Redis: `shiftReplicationId`). */
  shiftReplid(replid = newReplid()): void {
    this.replid2 = this.replid;
    this.secondOffset = this.offset + 1;
    this.replid = replid;
    log.warning(
      `Setting secondary replication ID to ${this.replid2}, valid up to offset: ${this.secondOffset}. ` +
        `New replication ID is ${this.replid}`,
    );
  }

  /** This server has got all data of another history, `replid` up to `offset`. Its own replicas have to sync again. */
  adopt(replid: string, offset: number): void {
    this.disconnectReplicas();
    this.output.drop(this.output.size);
    this.replid = replid;
    this.replid2 = NO_REPLID;
    this.secondOffset = -1;
    this.written = offset;
    this.createBacklog();
  }

  /**
   * What a dump says of the history that it belongs to. Keys that have expired since are not loaded: replicas that
   * continue still have them, and get the deletions (Redis: `loadDataFromDisk`, RDBFLAGS_FEED_REPL).
   */
  restore(aux: ReadonlyMap<string, string>, expired: readonly [db: number, key: string][]): void {
    const [replid, offset, db] = ['repl-id', 'repl-offset', 'repl-stream-db'].map((name) => aux.get(name));
    if (!/^[0-9a-f]{40}$/i.test(replid ?? '') || !/^\d{1,15}$/.test(offset ?? '')) return;
    this.written = Number(offset);
    if (this.link !== undefined) {
      this.replid = replid!;
      this.link.db = streamDbOf(this.server, db);
      this.link.hasHistory = true;
    } else {
      this.replid2 = replid!;
      this.secondOffset = this.written + 1;
    }
    this.createBacklog();
    for (const [db, key] of expired) this.feed(db, ['DEL', key]);
    this.noReplicasSince = Date.now();
  }

  /** The fields of a dump about the history, if there is one to continue (Redis: `rdbPopulateSaveInfo`). */
  auxFields(): [name: string, value: string][] {
    if (this.backlog === undefined) return [];
    return [
      ['repl-stream-db', String(this.streamDb)],
      ['repl-id', this.replid],
      ['repl-offset', String(this.offset)],
    ];
  }

  disconnectReplicas(): void {
    for (const replica of this.replicas) replica.cut();
  }

  /** What is known of a client that says it is a replica. */
  replicaOf(client: Client): Replica {
    let replica = this.byClient.get(client);
    if (replica === undefined) this.byClient.set(client, (replica = new Replica(client, this.server.clients, this.stats)));
    return replica;
  }

  /** A client has disconnected; it may have been a replica. */
  forget(client: Client): void {
    const replica = this.byClient.get(client);
    if (replica === undefined) return;
    this.byClient.delete(client);
    if (!this.replicas.delete(replica)) return;
    log.warning(`Connection with replica ${replica.name} lost.`);
    this.fullSync.forget(replica);
    this.trim();
    if (this.replicas.size === 0) this.noReplicasSince = Date.now();
  }

  /** Without replicas the history need not be kept for ever (`repl-backlog-ttl`). */
  expireBacklog(): void {
    const ttl = this.server.options['repl-backlog-ttl'];
    if (ttl === 0 || this.replicas.size > 0 || this.backlog === undefined || this.link !== undefined) return;
    if (Date.now() - this.noReplicasSince <= ttl * 1000) return;
    log.notice(`Replication backlog freed after ${ttl} seconds without connected replicas.`);
    // What is written from now on is not counted: the history has another name when it goes on.
    this.beginHistory();
    this.write();
    this.backlog = undefined;
    this.updateFeed();
  }

  /** Frees the part of the backlog that is beyond its size, and that no replica needs. */
  trim(): void {
    let needed = Infinity;
    for (const replica of this.replicas) if (replica.inSync) needed = Math.min(needed, replica.next);
    this.backlog?.trim(this.server.options['repl-backlog-size'], needed);
  }

  /** A primary's commands feed the stream, as soon as there is one. */
  updateFeed(): void {
    const { propagation } = this.server;
    if (this.backlog !== undefined && this.link === undefined) propagation.add(this);
    else propagation.remove(this);
  }

  sendTo(replica: Replica): void {
    if (this.backlog !== undefined) replica.send(this.backlog, this.released);
  }

  private append(bytes: Buffer): void {
    this.written += bytes.length;
    this.backlog?.append(bytes);
  }

  /** The stream up to `end` may be sent. */
  private release(end: number): void {
    const { backlog } = this;
    if (backlog === undefined) return;
    this.released = Math.max(this.released, Math.min(end, this.written));
    for (const replica of this.replicas) {
      if (!replica.inSync) continue;
      replica.send(backlog, this.released);
      replica.checkOutputLimit(this.server.options, this.written);
    }
    this.trim();
  }
}

/** The database that a stream has selected, as a dump states it. */
export function streamDbOf(server: Server, text: string | undefined): number {
  const db = Number(text ?? 0);
  return server.keyspace.databases[db] === undefined ? 0 : db;
}

function newReplid(): string {
  return randomBytes(20).toString('hex');
}

import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { log } from '#shared/log.ts';
import { discard, sendSnapshot, temporaryName, writeSnapshot } from '../persistence/rdb/file.ts';
import { rdbFormat } from '../persistence/rdb/saver.ts';
import { Snapshot } from '../persistence/snapshot.ts';
import type { Server } from '../server.ts';
import { drained } from './drained.ts';
import type { Replica } from './replica.ts';
import type { Replication } from './replication.ts';

/** How much of an RDB file is read at a time. */
const PIECE_BYTES = 64 * 1024;

/** A snapshot on its way to one or several replicas. */
interface Run {
  readonly replicas: Set<Replica>;
  readonly target: 'disk' | 'socket';
  readonly snapshot: Snapshot;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Keys to write. */
  readonly total: number;
  /** Where the stream continues after the snapshot. */
  readonly offset: number;
  readonly abort: AbortController;
}

/**
 * Gives replicas all data: a snapshot, and from its moment on the stream (Redis: `startBgsaveForReplication`). Those
 * that ask at about the same time share one snapshot. It goes straight to their sockets with a mark after it, or to a
 * file first and then with its length in front.
 */
export class FullSync {
  private readonly server: Server;
  private readonly replication: Replication;
  /** The snapshot that is being taken. */
  current: Run | undefined;
  private files = 0;

  constructor(server: Server, replication: Replication) {
    this.server = server;
    this.replication = replication;
  }

  /** A replica waits for all data from now on. */
  request(replica: Replica): void {
    replica.state = 'wait_bgsave';
    replica.waitingSince = Date.now();
    const { current } = this;
    if (current?.target === 'disk' && !current.abort.signal.aborted) this.join(current, replica);
    else this.start();
  }

  /** Begins with those that wait, unless they have to wait longer: for others to come, or another snapshot's end. */
  start(): void {
    const waiting = this.waiting;
    const { keyspace, loading, options } = this.server;
    if (waiting.length === 0 || loading !== undefined || keyspace.isSnapshotting) return;
    const target = options['repl-diskless-sync'] && waiting.every((replica) => replica.capaEof) ? 'socket' : 'disk';
    const since = Math.min(...waiting.map((replica) => replica.waitingSince));
    const enough = options['repl-diskless-sync-max-replicas'];
    const awaitsMore = enough === 0 || waiting.length < enough;
    if (target === 'socket' && awaitsMore && Date.now() - since < options['repl-diskless-sync-delay'] * 1000) return;
    this.begin(waiting, target);
  }

  /** Shows those that wait that this server lives (Redis: `replicationCron`). */
  keepAlive(): void {
    for (const replica of this.replication.replicas) {
      const hasBegun = replica.inSync && this.current?.target === 'socket';
      if (replica.state === 'wait_bgsave' && !hasBegun) replica.socket.write('\n');
    }
  }

  /** A replica is gone: when it was the last one, so is the reason for the snapshot. */
  forget(replica: Replica): void {
    const { current } = this;
    if (!current?.replicas.delete(replica) || current.replicas.size > 0) return;
    current.abort.abort(new Error('no replica waits any more'));
  }

  cancel(): void {
    this.current?.abort.abort(new Error('cancelled'));
  }

  private get waiting(): Replica[] {
    return [...this.replication.replicas].filter((replica) => replica.state === 'wait_bgsave' && !replica.inSync);
  }

  private begin(waiting: Replica[], target: Run['target']): void {
    const { replication, server } = this;
    log.notice(`Starting BGSAVE for SYNC with target: ${target === 'socket' ? 'replicas sockets' : 'disk'}`);
    replication.write();
    if (replication.link === undefined) replication.forgetSelected();
    const snapshot = new Snapshot(server.keyspace, rdbFormat(server));
    const run: Run = {
      replicas: new Set(),
      target,
      snapshot,
      startedAt: Date.now(),
      total: server.keyspace.databases.reduce((sum, db) => sum + db.size, 0),
      offset: replication.offset,
      abort: new AbortController(),
    };
    server.keyspace.beginSnapshot(snapshot);
    this.current = run;
    for (const replica of waiting) this.join(run, replica);
    void this.run(run);
  }

  /** Redis: `replicationSetupSlaveForFullResync`. */
  private join(run: Run, replica: Replica): void {
    replica.inSync = true;
    replica.next = run.offset + 1;
    run.replicas.add(replica);
    if (!replica.knowsOffsets) return;
    replica.socket.write(`+FULLRESYNC ${this.replication.replid} ${run.offset}\r\n`);
  }

  private async run(run: Run): Promise<void> {
    const { snapshot } = run;
    const path = temporaryName(this.server.options.dbfilename, `repl-${this.files++}-`);
    try {
      if (run.target === 'socket') await this.toSockets(run, snapshot);
      else await writeSnapshot(snapshot, path, this.server.options['rdb-key-save-delay'], run.abort.signal);
    } catch (error) {
      log.warning(`Full sync failed: ${(error as Error).message}`);
      for (const replica of run.replicas) replica.cut();
    } finally {
      this.server.keyspace.endSnapshot();
      this.current = undefined;
    }
    if (run.target === 'disk') {
      await Promise.all([...run.replicas].map((replica) => this.sendFile(replica, path)));
      discard(path);
    }
  }

  /** `$EOF:<40 bytes>`, the RDB, and those 40 bytes again: the length of the RDB isn't known in advance. */
  private async toSockets(run: Run, snapshot: Snapshot): Promise<void> {
    const mark = randomBytes(20).toString('hex');
    await broadcast(run.replicas, Buffer.from(`$EOF:${mark}\r\n`));
    const delay = this.server.options['rdb-key-save-delay'];
    await sendSnapshot(snapshot, (bytes) => broadcast(run.replicas, bytes), delay, run.abort.signal);
    await broadcast(run.replicas, Buffer.from(mark));
    for (const replica of run.replicas) {
      // A replica that counts no offsets (it came by SYNC) will not acknowledge anything.
      replica.waitsForAck = replica.knowsOffsets;
      this.putOnline(replica);
      log.notice(`Streamed RDB transfer with replica ${replica.name} succeeded (socket). Waiting for its REPLCONF ACK`);
    }
  }

  /** `$<length>` and the RDB; the stream follows at once. */
  private async sendFile(replica: Replica, path: string): Promise<void> {
    const { socket } = replica;
    replica.state = 'send_bulk';
    replica.lastProgress = Date.now();
    try {
      const file = await open(path);
      try {
        socket.write(`$${(await file.stat()).size}\r\n`);
        for (;;) {
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES);
          if (bytesRead === 0 || socket.destroyed) break;
          await broadcast([replica], buffer.subarray(0, bytesRead));
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      log.warning(`Sending the RDB file to replica ${replica.name} failed: ${(error as Error).message}`);
      replica.cut();
    }
    if (socket.destroyed || !this.replication.replicas.has(replica)) return;
    this.putOnline(replica);
    log.notice(`Synchronization with replica ${replica.name} succeeded`);
  }

  /** It has all data: the stream follows (Redis: `replicaPutOnline`). */
  private putOnline(replica: Replica): void {
    replica.ackTime = Date.now();
    replica.inSync = !replica.rdbOnly;
    replica.state = replica.rdbOnly ? 'send_bulk' : 'online';
    this.replication.sendTo(replica);
  }
}

/** Writes to all, and waits for the slowest: what is not sent yet takes memory (Redis: `rdbPipeReadHandler`). */
async function broadcast(replicas: Iterable<Replica>, bytes: Buffer): Promise<void> {
  const slow: Promise<void>[] = [];
  for (const replica of replicas) {
    const { socket } = replica;
    replica.lastProgress = Date.now();
    if (!replica.write(bytes)) slow.push(drained(socket).then(() => void (replica.lastProgress = Date.now())));
  }
  if (slow.length > 0) await Promise.all(slow);
}

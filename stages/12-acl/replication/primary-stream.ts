import { log } from '#shared/log.ts';
import type { Client } from '../clients/client.ts';
import { readable } from '../persistence/rdb/error.ts';
import { execute } from '../router/execute.ts';
import type { Server } from '../server.ts';
import type { PrimaryConnection } from './primary-connection.ts';
import { SyncedOffset } from './synced-offset.ts';

/**
 * Applies a primary's stream, as requests of a client that is always let through and gets no replies, and counts its
 * bytes. What has been applied is passed on; a transaction counts when it is complete, so that after a break it comes
 * again as a whole (Redis: `commandProcessed`, `replicationFeedStreamFromMasterStream`).
 */
export class PrimaryStream {
  readonly client: Client;
  /** The offset of the last byte that has come. */
  read: number;
  /** The offset of the last byte that has been applied. */
  applied: number;
  /**
   * The offset up to which the effects are as safe as `appendfsync` says: on disk under `always`, else in the log's
   * file. So far the primary may count on this replica.
   */
  safe = 0;
  private readonly synced: SyncedOffset;
  private readonly server: Server;
  private readonly connection: PrimaryConnection;
  /** The offset that is safe once the log is synced; and the offsets at which a GETACK has come since. */
  private awaited = -1;
  private asked: number[] = [];
  /** A request that CLIENT PAUSE holds back. */
  private postponed: string[] | undefined;
  /** Bytes that have come and are not applied yet. */
  private chunks: Buffer[] = [];

  constructor(server: Server, connection: PrimaryConnection, offset: number, db: number) {
    this.server = server;
    this.connection = connection;
    this.synced = new SyncedOffset(server.aof);
    this.client = server.clients.add(connection.socket);
    this.client.type = 'primary';
    this.client.idleReasons++;
    this.client.mustObey = true;
    this.client.db = db;
    this.read = offset;
    this.applied = offset;
  }

  receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.read += chunk.length;
    this.client.parser.feed(chunk);
    this.apply();
  }

  /** Applies what has come, unless CLIENT PAUSE holds it back; it goes on when the pause ends. */
  apply(): void {
    const { client, server } = this;
    const before = this.applied;
    // The primary says itself which keys have expired.
    server.keyspace.expires = false;
    this.expectLog();
    server.clock.start();
    try {
      for (let args = this.next(); args !== null; args = this.next()) this.execute(args);
    } catch (error) {
      this.connection.end(`what it sends is no stream of commands: ${(error as Error).message}`);
    } finally {
      client.parser.keep();
      server.clock.stop();
      server.keyspace.expires = true;
      if (this.applied > before) server.replication.passOn(this.takeApplied(this.applied - before));
    }
  }

  /** A script has ended: applies the bytes that had to wait for it. */
  scriptEnded(): void {
    if (!this.client.postponed || this.client.blocked) return;
    this.client.postponed = false;
    this.apply();
  }

  /** GETACK: the answer is the offset in front of it, when all up to there is safe. */
  requestAck(): void {
    this.asked.push(this.applied);
  }

  /** The log has been written: what has been applied until now is safe, or will be with the sync that is to come. */
  acknowledge(): void {
    const { applied, asked, server: { aof: { file } } } = this;
    this.synced.note(applied);
    if (applied === this.awaited) return;
    // The write was put off, as happens under `everysec` while the disk is busy: the next turn looks again.
    if (file.pendingBytes > 0 && !file.syncsAlways) return;
    this.awaited = applied;
    this.asked = [];
    file.afterSync(() => {
      this.safe = applied;
      for (const offset of asked) this.sendAck(offset);
    });
  }

  /** FACK is the offset up to which the log is on disk; WAITAOF needs it (Redis: `replicationSendAck`). */
  sendAck(offset: number): void {
    const synced = this.synced.value;
    const fack = synced === -1 ? [] : ['FACK', String(synced)];
    if (!this.connection.socket.destroyed) this.connection.send('REPLCONF', 'ACK', String(offset), ...fack);
  }

  /** The connection is gone: half a transaction, or half a command, will come again. */
  close(): void {
    this.server.clients.closeNow(this.client);
  }

  /** A replica cannot refuse its primary's stream, and must not keep it in memory alone (Redis: `serverPanic`). */
  private expectLog(): void {
    const { error } = this.server.aof.file;
    if (error === undefined) return;
    log.warning(`Replica was unable to write command to disk: ${error}. Exiting...`);
    process.exit(1);
  }

  private next(): string[] | null {
    if (this.client.postponed) return null;
    const args = this.postponed ?? this.client.parser.next();
    this.postponed = undefined;
    return args;
  }

  private execute(args: string[]): void {
    const { client, server } = this;
    execute(server, client, args);
    if (client.postponed) return void (this.postponed = args);
    if (client.blocked) server.blockedClients.forget(client);
    const reply = client.replies.take();
    if (typeof reply === 'string' && reply.startsWith('-')) {
      server.replication.stats.unexpectedErrors++;
      log.warning(
        `== CRITICAL == This replica is sending an error to its master: '${reply.slice(1, -2)}' ` +
          `after processing the command '${readable(args[0]!)}'`,
      );
    }
    // Between two requests the parser holds nothing but bytes that it has not looked at.
    if (client.transaction === undefined) this.applied = this.read - client.parser.size;
  }

  private takeApplied(count: number): Buffer[] {
    const taken: Buffer[] = [];
    let left = count;
    while (left > 0) {
      const chunk = this.chunks[0]!;
      taken.push(chunk.subarray(0, left));
      if (chunk.length > left) this.chunks[0] = chunk.subarray(left);
      else this.chunks.shift();
      left -= Math.min(left, chunk.length);
    }
    return taken;
  }
}

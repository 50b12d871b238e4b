import type { Socket } from 'node:net';
import { log } from '#shared/log.ts';
import { passesLimit } from '#shared/options/output-limits.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { Options } from '../options.ts';
import type { Backlog } from './backlog.ts';

/** Bytes handed to a socket at a time; the rest waits in the backlog, which all replicas share. */
const SEND_BYTES = 1024 * 1024;

/** How far a replica has come, in the words of INFO; before PSYNC it is none yet. */
export type ReplicaState = 'handshake' | 'wait_bgsave' | 'send_bulk' | 'online';

/** A client that is a replica of this server (Redis: what `struct client` holds for CLIENT_SLAVE). */
export class Replica {
  readonly client: Client;
  readonly socket: Socket;
  private readonly clients: Clients;
  private readonly stats: { linkWritten: number };
  state: ReplicaState = 'handshake';
  /** Facts that it has reported by REPLCONF. */
  listeningPort = 0;
  announcedIp = '';
  capaEof = false;
  capaPsync2 = false;
  /** It came by PSYNC, and counts what it gets; not so by SYNC. */
  knowsOffsets = true;
  /** It wants the data alone, and no stream after them. */
  rdbOnly = false;
  /** The offset up to which it says it has applied the stream, and when it said so; ms since 1970. */
  ackOffset = 0;
  ackTime = Date.now();
  /** The offset up to which its own log is on disk, as it says; 0: it has said nothing of one (Redis: `repl_aof_off`). */
  syncedOffset = 0;
  /** Since when it waits for a full sync to begin; ms since 1970. */
  waitingSince = 0;
  /** A full sync has begun: the replica gets the name of the history and the offset (`+FULLRESYNC`). */
  inSync = false;
  /** The offset of the next byte that goes to its socket. */
  next = 0;
  /** After an RDB with an EOF mark the stream begins when the replica says that it has loaded it. */
  waitsForAck = false;
  /** When its socket last took something of an RDB; ms since 1970. */
  lastProgress = Date.now();

  constructor(client: Client, clients: Clients, stats: { linkWritten: number }) {
    this.client = client;
    this.clients = clients;
    this.stats = stats;
    this.socket = client.socket!;
  }

  /** Whether the replica has sent PSYNC or SYNC. */
  get isAttached(): boolean {
    return this.state !== 'handshake';
  }

  get ip(): string {
    return this.announcedIp || (this.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  }

  get name(): string {
    return `${this.ip}:${this.listeningPort || this.socket.remotePort}`;
  }

  /** Whole seconds since the last ACK. */
  get lag(): number {
    return Math.floor((Date.now() - this.ackTime) / 1000);
  }

  /** Sends it the bytes that it lacks, up to and with that of offset `last`, as fast as it reads. */
  send(backlog: Backlog, last: number): void {
    const { socket } = this;
    if (this.state !== 'online' || this.waitsForAck || this.client.closing) return;
    // What the system takes at once leaves nothing to wait for: then 'drain' does not come.
    while (this.next <= last && socket.writableLength < SEND_BYTES) {
      const parts = backlog.read(this.next, last, SEND_BYTES);
      if (parts.length > 1) socket.cork();
      for (const part of parts) {
        this.write(part);
        this.next += part.length;
      }
      if (parts.length > 1) socket.uncork();
    }
  }

  /** @returns false when it is slow to read */
  write(bytes: Buffer): boolean {
    this.stats.linkWritten += bytes.length;
    return this.socket.write(bytes);
  }

  /** Closes it when too much of the stream waits for it (Redis: `closeClientOnOutputBufferLimitReached`). */
  checkOutputLimit(options: Options, end: number): void {
    const { hard, soft, softSeconds } = options['client-output-buffer-limit'].replica;
    // A smaller limit than the backlog would be of no use: the replica would come back and get all of that.
    const least = options['repl-backlog-size'];
    const limit = { hard: hard && Math.max(hard, least), soft: soft && Math.max(soft, least), softSeconds };
    const waiting = end + 1 - this.next + this.socket.writableLength;
    if (!passesLimit(this.client, limit, waiting)) return;
    log.warning(`Client id=${this.client.id} scheduled to be closed ASAP for overcoming of output buffer limits.`);
    this.cut();
  }

  cut(): void {
    this.clients.closeNow(this.client);
  }
}

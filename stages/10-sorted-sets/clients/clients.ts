import type { Socket } from 'node:net';
import { ErrorStats } from '#shared/stats/error-stats.ts';
import { Client } from './client.ts';

/** The parts of the server that the list of clients uses. */
interface Owner {
  /** A client has disconnected: nothing may refer to it any more. */
  clientFreed(client: Client): void;
  /** There are replies to write when this turn of the event loop ends. */
  scheduleBeforeSleep(): void;
}

/** Every client, and the two ways in which a connection ends (Redis: `server.clients`). */
export class Clients {
  readonly byId = new Map<number, Client>();
  /** Clients with replies to write at the end of this turn (Redis: `clients_pending_write`). */
  private pendingWrite: Client[] = [];
  /** Subscribers with something to write. Clients that wait for replies come first, so that they can go on. */
  private pendingSubscribers: Client[] = [];
  /** Bytes that incomplete requests of all clients take. */
  heldBytes = 0;
  /** Bytes that wait for clients to read them, where they are many. */
  outputBytes = 0;
  readonly stats = { connections: 0, rejectedConnections: 0, reads: 0, bytesRead: 0, writes: 0, bytesWritten: 0, evicted: 0 };
  /** The error replies to all clients. */
  readonly errors = new ErrorStats();
  private readonly owner: Owner;
  private nextId = 1;

  constructor(owner: Owner) {
    this.owner = owner;
  }

  get size(): number {
    return this.byId.size;
  }

  /** A new client at the end of the list (Redis: `createClient`, `linkClient`). */
  add(socket: Socket): Client {
    const client = new Client(this.nextId++, socket, this.errors);
    this.byId.set(client.id, client);
    return client;
  }

  /** Replies leave at the end of this turn of the event loop, all clients' together (`putClientInPendingWriteQueue`). */
  scheduleWrite(client: Client): void {
    if (client.pendingWrite) return;
    client.pendingWrite = true;
    if (client.type === 'pubsub') this.pendingSubscribers.push(client);
    else this.pendingWrite.push(client);
    this.owner.scheduleBeforeSleep();
  }

  /** The clients that `scheduleWrite` was called for since the last time. */
  takePendingWrite(): Client[] {
    let clients = this.pendingWrite;
    this.pendingWrite = [];
    if (this.pendingSubscribers.length > 0) {
      clients = clients.concat(this.pendingSubscribers);
      this.pendingSubscribers = [];
    }
    for (const client of clients) client.pendingWrite = false;
    return clients;
  }

  /** The connection ends when the client has its replies. */
  closeAfterReply(client: Client): void {
    client.closing = true;
    this.scheduleWrite(client);
  }

  /** The connection ends at once; what has not been sent is lost (Redis: `freeClient`). */
  closeNow(client: Client): void {
    client.closing = true;
    client.socket?.destroy();
    if (!this.byId.delete(client.id)) return;
    this.heldBytes -= client.accounted;
    client.accounted = 0;
    this.outputBytes -= client.accountedOutput;
    client.accountedOutput = 0;
    this.owner.clientFreed(client);
  }
}

import { randomBytes } from 'node:crypto';
import type { Server as NetServer } from 'node:net';
import { buildCommandTable } from '#shared/commands/command-table.ts';
import { log } from '#shared/log.ts';
import { BlockedClients } from './clients/blocked-clients.ts';
import { KeyWaits } from './clients/key-waits.ts';
import { families } from './commands/index.ts';
import { infoSections } from './info.ts';
import { forgetClient } from './network/client-memory.ts';
import type { Client } from './network/client.ts';
import { openListeners } from './network/listener.ts';
import { processInput } from './network/read-query.ts';
import { handlePendingWrites, scheduleWrite } from './network/write-replies.ts';
import type { Options } from './options.ts';
import { ExpireCycle } from './store/expire-cycle.ts';
import { Keyspace } from './store/keyspace.ts';

/** The composition root: the one place that knows all parts (Redis: `struct redisServer`). */
export class Server {
  readonly options: Options;
  readonly runId = randomBytes(20).toString('hex');
  /** When the process started; ms since 1970. */
  readonly startTime = Date.now();
  readonly commands = buildCommandTable(families);
  readonly clients = new Map<number, Client>();
  /** What all clients hold for unfinished requests. */
  clientsBytes = 0;
  readonly infoSections = infoSections;
  readonly stats = { connections: 0, rejectedConnections: 0, commands: 0 };
  readonly keyspace: Keyspace;
  private readonly expireCycle: ExpireCycle;
  readonly blockedClients = new BlockedClients((client) => this.resume(client));
  readonly keyWaits = new KeyWaits(this.blockedClients);
  clientsPendingWrite: Client[] = [];
  stopping = false;
  /** The port in use, once started. */
  port = 0;
  private listeners: NetServer[] = [];
  private cronTimer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.options = options;
    this.keyspace = new Keyspace(options.databases);
    this.expireCycle = new ExpireCycle(this.keyspace);
    this.keyspace.listeners.push(this.keyWaits);
    log.setLevel(options.loglevel);
  }

  /** @throws Error with one line for the operator, when an address cannot be listened on */
  async start(): Promise<void> {
    this.listeners = await openListeners(this);
    this.port = (this.listeners[0]!.address() as { port: number }).port;
    this.cronTimer = setInterval(() => this.cron(), 1000 / this.options.hz);
    log.notice(`Ready to accept connections on port ${this.port}`);
  }

  /** Stops listening, sends what is written, closes every connection. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.cronTimer);
    for (const listener of this.listeners) listener.close();
    handlePendingWrites(this);
    for (const client of this.clients.values()) client.socket.destroySoon();
    log.warning('Redis is now ready to exit, bye bye...');
  }

  /** Runs `hz` times a second (Redis: `serverCron`). */
  private cron(): void {
    this.closeIdleClients();
    this.keyspace.lruClock = Math.floor(Date.now() / 1000);
    this.expireCycle.run();
    this.keyWaits.serve();
  }

  /** Runs once a turn of the event loop in which there were requests (Redis: `beforeSleep`). */
  readonly beforeSleep = (): void => {
    handlePendingWrites(this);
  };

  /** A connection is gone (Redis: `freeClient`). */
  freeClient(client: Client): void {
    client.closing = true;
    forgetClient(this, client);
    this.clients.delete(client.id);
    this.blockedClients.forget(client);
  }

  /** A client got the reply it was blocked for: that is sent, and the requests behind it have their turn. */
  private resume(client: Client): void {
    scheduleWrite(this, client);
    setImmediate(() => processInput(this, client));
  }

  private closeIdleClients(): void {
    const { timeout } = this.options;
    if (timeout === 0) return;
    const oldest = Date.now() - timeout * 1000;
    for (const client of this.clients.values()) {
      if (client.lastInteraction >= oldest || client.blocked) continue;
      log.verbose(`Closing idle client id=${client.id}`);
      client.socket.destroy();
    }
  }
}

import { randomBytes } from 'node:crypto';
import type { Server as NetServer } from 'node:net';
import { buildCommandTable } from '#shared/commands/command-table.ts';
import { log } from '#shared/log.ts';
import { BlockedClients } from './clients/blocked-clients.ts';
import { KeyWaits } from './clients/key-waits.ts';
import { WatchedKeys } from './clients/watched-keys.ts';
import { families } from './commands/index.ts';
import { infoSections } from './info.ts';
import { forgetClient } from './network/client-memory.ts';
import type { Client } from './network/client.ts';
import { openListeners } from './network/listener.ts';
import { processInput } from './network/read-query.ts';
import { handlePendingWrites, scheduleWrite } from './network/write-replies.ts';
import type { Options } from './options.ts';
import { Aof } from './persistence/aof/aof.ts';
import { loadAppendOnlyFiles } from './persistence/aof/load.ts';
import { loadAtStart, type Loading } from './persistence/loading.ts';
import { RdbSaver } from './persistence/rdb/saver.ts';
import { Propagation } from './router/propagate.ts';
import { ExpireCycle } from './store/expire-cycle.ts';
import { Keyspace } from './store/keyspace.ts';
import { discardTransaction } from './transactions.ts';

/** What SHUTDOWN was told. */
export interface ShutdownFlags {
  readonly save?: boolean;
  readonly nosave?: boolean;
  /** Do not wait for replicas. */
  readonly now?: boolean;
  /** End even if saving fails. */
  readonly force?: boolean;
}

/** The composition root: the one place that knows all parts (Redis: `struct redisServer`). */
export class Server {
  readonly options: Options;
  /** The absolute path of the redis.conf in use, or ''. */
  readonly configFile: string;
  readonly runId = randomBytes(20).toString('hex');
  /** When the process started; ms since 1970. */
  readonly startTime = Date.now();
  readonly commands = buildCommandTable(families);
  readonly clients = new Map<number, Client>();
  /** What all clients hold for unfinished requests. */
  clientsBytes = 0;
  readonly infoSections = infoSections;
  readonly stats = { connections: 0, rejectedConnections: 0, commands: 0, keysLoaded: 0, keysExpiredAtLoad: 0 };
  readonly keyspace: Keyspace;
  private readonly expireCycle: ExpireCycle;
  readonly watchedKeys = new WatchedKeys();
  readonly propagation = new Propagation();
  readonly rdb = new RdbSaver(this);
  readonly aof: Aof;
  /** Set while data is read from disk. */
  loading: Loading | undefined;
  /** DEBUG SET-ACTIVE-EXPIRE */
  activeExpire = true;
  readonly blockedClients = new BlockedClients((client) => this.resume(client));
  readonly keyWaits = new KeyWaits(this.blockedClients);
  clientsPendingWrite: Client[] = [];
  stopping = false;
  /** The port in use, once started. */
  port = 0;
  private listeners: NetServer[] = [];
  private cronTimer: NodeJS.Timeout | undefined;

  constructor(options: Options, configFile: string) {
    this.options = options;
    this.configFile = configFile;
    this.keyspace = new Keyspace(options.databases);
    this.expireCycle = new ExpireCycle(this.keyspace);
    this.aof = new Aof(this);
    this.keyspace.listeners.push(this.keyWaits, this.watchedKeys, this.propagation);
    log.setLevel(options.loglevel);
  }

  /** @throws Error with one line for the operator: an address cannot be listened on, data cannot be loaded */
  async start(): Promise<void> {
    this.listeners = await openListeners(this);
    this.port = (this.listeners[0]!.address() as { port: number }).port;
    this.startCron();
    if (!(await loadAppendOnlyFiles(this))) await loadAtStart(this);
    log.notice(`Ready to accept connections on port ${this.port}`);
  }

  /**
   * Saves if there is reason to, and ends the process (Redis: `prepareForShutdown`).
   * @returns false when saving has failed: the server goes on, unless `force` is set
   */
  shutdown({ save = false, nosave = false, force = false }: ShutdownFlags = {}): boolean {
    this.rdb.cancel();
    if (!this.aof.shutdown(force)) return false;
    if (this.loading === undefined && (save || (!nosave && this.options.save.length > 0))) {
      try {
        this.rdb.save();
      } catch {
        log.warning(force ? 'Error trying to save the DB, but ending is forced' : "Error trying to save the DB, can't exit");
        if (!force) return false;
      }
    }
    this.stop().then(() => process.exit(0));
    return true;
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

  /** Lets `cron` run `hz` times a second from now on. */
  startCron(): void {
    clearInterval(this.cronTimer);
    this.cronTimer = setInterval(() => this.cron(), 1000 / this.options.hz);
  }

  /** Runs `hz` times a second (Redis: `serverCron`). */
  private cron(): void {
    this.closeIdleClients();
    this.keyspace.lruClock = Math.floor(Date.now() / 1000);
    if (this.loading !== undefined) return;
    if (this.activeExpire) this.expireCycle.run();
    this.keyWaits.serve();
    this.aof.cron();
    this.rdb.cron();
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
    discardTransaction(this, client);
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

import { randomBytes } from 'node:crypto';
import type { Server as NetServer } from 'node:net';
import { buildCommandTable, type CommandTable } from '#shared/commands/command-table.ts';
import { warnOfHeap } from '#shared/heap-limit.ts';
import { log } from '#shared/log.ts';
import { createPidFile } from '#shared/pid-file.ts';
import { CommandClock } from '#shared/stats/command-clock.ts';
import { Rates } from '#shared/stats/rates.ts';
import { BlockedClients } from './clients/blocked-clients.ts';
import type { Client } from './clients/client.ts';
import { Clients } from './clients/clients.ts';
import { closeIdleClients } from './clients/idle.ts';
import { KeyWaits } from './clients/key-waits.ts';
import { Pause } from './clients/pause.ts';
import { WatchedKeys } from './clients/watched-keys.ts';
import { families } from './commands/index.ts';
import { holdPendingWrites } from './network/hold-replies.ts';
import { openListeners } from './network/listener.ts';
import { checkSoftLimits } from './network/output-limit.ts';
import { processInput } from './network/read-query.ts';
import { handlePendingWrites } from './network/write-replies.ts';
import type { Options } from './options.ts';
import { Aof } from './persistence/aof/aof.ts';
import { loadAppendOnlyFiles } from './persistence/aof/load.ts';
import { loadAtStart, type Loading } from './persistence/loading.ts';
import { RdbSaver } from './persistence/rdb/saver.ts';
import { ReplicationCron } from './replication/cron.ts';
import { Failover } from './replication/failover.ts';
import { Replication } from './replication/replication.ts';
import { prepareRole } from './replication/role.ts';
import { ShutdownWait } from './replication/shutdown.ts';
import { AckWaits } from './replication/wait.ts';
import { execute } from './router/execute.ts';
import { Propagation } from './router/propagate.ts';
import type { Request } from './router/request.ts';
import { Eviction } from './store/eviction.ts';
import { ExpireCycle } from './store/expire-cycle.ts';
import { Keyspace } from './store/keyspace.ts';
import { setLimits } from './store/packing.ts';
import { discardTransaction } from './transactions.ts';

/** The options of SHUTDOWN. */
export interface ShutdownFlags {
  readonly save?: boolean;
  readonly nosave?: boolean;
  /** Do not wait for replicas. */
  readonly now?: boolean;
  /** End even if saving fails. */
  readonly force?: boolean;
}

/** The composition root: the one place where all parts are created and connected (Redis: `struct redisServer`). */
export class Server {
  readonly options: Options;
  /** The absolute path of the redis.conf in use, or ''. */
  readonly configFile: string;
  readonly runId = randomBytes(20).toString('hex');
  /** When the process started; ms since 1970. */
  readonly startTime = Date.now();
  readonly commands: CommandTable<Request>;
  readonly clock: CommandClock;
  readonly rates: Rates<'commands' | 'bytesRead' | 'bytesWritten' | 'linkRead' | 'linkWritten'>;
  readonly clients: Clients;
  readonly stats = {
    commands: 0,
    keysLoaded: 0,
    keysExpiredAtLoad: 0,
  };
  readonly keyspace: Keyspace;
  readonly eviction: Eviction;
  readonly expireCycle: ExpireCycle;
  readonly blockedClients: BlockedClients;
  readonly keyWaits: KeyWaits;
  readonly watchedKeys: WatchedKeys;
  readonly propagation: Propagation;
  readonly pause: Pause;
  readonly rdb: RdbSaver;
  readonly aof: Aof;
  readonly replication: Replication;
  readonly ackWaits: AckWaits;
  readonly failover: Failover;
  readonly shutdownWait: ShutdownWait;
  private readonly replicationCron: ReplicationCron;
  /** Set while data is read from disk. */
  loading: Loading | undefined;
  /** DEBUG SET-ACTIVE-EXPIRE */
  activeExpire = true;
  stopping = false;
  /** The port in use, once started. */
  port = 0;
  private listeners: NetServer[] = [];
  private cronTimer: NodeJS.Timeout | undefined;
  private sleepScheduled = false;

  constructor(options: Options, configFile: string) {
    this.options = options;
    this.configFile = configFile;
    log.setLevel(options.loglevel);
    this.applyLimits();
    this.commands = buildCommandTable(families);
    this.clock = new CommandClock(options);
    this.rates = new Rates(() => ({ ...this.clients.stats, ...this.replication.stats, ...this.stats }));
    this.clients = new Clients(this);
    this.keyspace = new Keyspace(options.databases);
    this.eviction = new Eviction(this.keyspace, options, () => this.loading === undefined && this.keyspace.removesExpired);
    this.expireCycle = new ExpireCycle(this.keyspace);
    this.blockedClients = new BlockedClients((client) => this.resume(client));
    this.keyWaits = new KeyWaits(this.blockedClients, this.keyspace);
    this.watchedKeys = new WatchedKeys(this.keyspace);
    this.propagation = new Propagation();
    this.keyspace.addListener(this.propagation);
    this.pause = new Pause(this.blockedClients, this);
    this.rdb = new RdbSaver(this);
    this.aof = new Aof(this);
    this.replication = new Replication(this);
    this.ackWaits = new AckWaits(this.replication, this.aof, this.blockedClients);
    this.failover = new Failover(this);
    this.shutdownWait = new ShutdownWait(this);
    this.replicationCron = new ReplicationCron(this);
    prepareRole(this);
  }

  /** @throws Error with one line for the operator, when the server cannot start */
  async start(): Promise<void> {
    log.setFile(this.options.logfile);
    this.listeners = await openListeners(this);
    createPidFile(this.options.pidfile);
    warnOfHeap(this.options.maxmemory);
    this.port = (this.listeners[0]!.address() as { port: number }).port;
    this.startCron();
    if (!(await loadAppendOnlyFiles(this))) await loadAtStart(this);
    this.replication.link?.start();
    log.notice(`Ready to accept connections on port ${this.port}`);
  }

  /**
   * Saves if there is reason to, and ends the process (Redis: `prepareForShutdown`).
   * @returns false when saving has failed: the server goes on, unless `force` is set
   */
  shutdown(flags: ShutdownFlags = {}): boolean {
    const { save = false, nosave = false, force = false } = flags;
    if (this.shutdownWait.until !== undefined) return true;
    if (this.shutdownWait.begin(flags)) return true;
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
    this.replication.link?.stop();
    this.beforeSleep();
    this.replication.sendStream();
    for (const client of this.clients.byId.values()) client.socket?.destroySoon();
    log.warning('Redis is now ready to exit, bye bye...');
  }

  /** One complete request has arrived. */
  execute(client: Client, args: readonly string[]): void {
    execute(this, client, args);
  }

  /** Lets values be packed as long as the options say. */
  applyLimits(): void {
    setLimits(this.options);
  }

  /** Lets `cron` run `hz` times a second from now on. */
  startCron(): void {
    clearInterval(this.cronTimer);
    this.cronTimer = setInterval(() => this.cron(), 1000 / this.options.hz);
  }

  /** Runs `hz` times a second (Redis: `serverCron`). */
  private cron(): void {
    this.rates.sample();
    closeIdleClients(this.clients, this.options.timeout);
    checkSoftLimits(this);
    this.keyspace.lruClock = Math.floor(Date.now() / 1000);
    this.replicationCron.run();
    this.keyspace.notePeak();
    if (this.loading !== undefined) return;
    if (this.activeExpire) this.expireCycle.run();
    this.keyWaits.serve();
    this.aof.cron();
    this.rdb.cron();
  }

  /** Schedules a call of `beforeSleep` at the end of this turn of the event loop. */
  scheduleBeforeSleep(): void {
    if (this.sleepScheduled) return;
    this.sleepScheduled = true;
    setImmediate(this.endTurn);
  }

  private readonly endTurn = (): void => {
    this.sleepScheduled = false;
    this.beforeSleep();
  };

  /** Runs at the end of each turn of the event loop that has left something to write (Redis: `beforeSleep`). */
  beforeSleep(): void {
    // The log first, then the replies to the commands that are in it.
    if (this.aof.file.writeAndSync()) handlePendingWrites(this);
    else this.aof.file.afterSync(holdPendingWrites(this));
    // Acknowledgements to a primary, and the stream to replicas.
    this.replication.link?.stream?.acknowledge();
    this.replication.streamIfDue();
    this.failover.update();
  }

  /** A client has disconnected: each part that refers to it drops it (Redis: `freeClient`). */
  clientFreed(client: Client): void {
    log.verbose(`Client id=${client.id} is gone`);
    this.blockedClients.forget(client);
    this.replication.forget(client);
    discardTransaction(this, client);
  }

  /** A pause has begun or ended. During a pause the data do not change, as on a replica. */
  pauseChanged(): void {
    this.keyspace.removesExpired = this.pause.kind === undefined && this.replication.link === undefined;
    this.scheduleBeforeSleep();
  }

  /** A pause has ended: the request that waited, and what its client has sent since (`processPendingCommandAndInputBuffer`). */
  runPostponed(client: Client, args: readonly string[]): void {
    execute(this, client, args);
    processInput(this, client);
  }

  /** A blocked client has its reply: sends it, and reads the client's next requests. */
  private resume(client: Client): void {
    this.clients.scheduleWrite(client);
    setImmediate(() => processInput(this, client));
  }
}

import { randomBytes } from 'node:crypto';
import type { Server as NetServer } from 'node:net';
import { buildCommandTable, type CommandTable } from '#shared/commands/command-table.ts';
import { warnOfHeap } from '#shared/heap-limit.ts';
import { log } from '#shared/log.ts';
import { createPidFile } from '#shared/pid-file.ts';
import { CommandClock } from '#shared/stats/command-clock.ts';
import { Rates } from '#shared/stats/rates.ts';
import type { Client } from './clients/client.ts';
import { Clients } from './clients/clients.ts';
import { closeIdleClients } from './clients/idle.ts';
import { families } from './commands/index.ts';
import { openListeners } from './network/listener.ts';
import { checkSoftLimits } from './network/output-limit.ts';
import { handlePendingWrites } from './network/write-replies.ts';
import type { Options } from './options.ts';
import { execute } from './router/execute.ts';
import type { Request } from './router/request.ts';
import { Eviction } from './store/eviction.ts';
import { ExpireCycle } from './store/expire-cycle.ts';
import { Keyspace } from './store/keyspace.ts';

/** The composition root: the one place where all parts are created and connected (Redis: `struct redisServer`). */
export class Server {
  readonly options: Options;
  readonly runId = randomBytes(20).toString('hex');
  /** When the process started; ms since 1970. */
  readonly startTime = Date.now();
  readonly commands: CommandTable<Request>;
  readonly clock: CommandClock;
  readonly rates: Rates<'commands' | 'bytesRead' | 'bytesWritten'>;
  readonly clients: Clients;
  readonly stats = {
    commands: 0,
  };
  readonly keyspace: Keyspace;
  readonly eviction: Eviction;
  readonly expireCycle: ExpireCycle;
  stopping = false;
  /** The port in use, once started. */
  port = 0;
  private listeners: NetServer[] = [];
  private cronTimer: NodeJS.Timeout | undefined;
  private sleepScheduled = false;

  constructor(options: Options) {
    this.options = options;
    log.setLevel(options.loglevel);
    this.commands = buildCommandTable(families);
    this.clock = new CommandClock(options);
    this.rates = new Rates(() => ({ ...this.clients.stats, ...this.stats }));
    this.clients = new Clients(this);
    this.keyspace = new Keyspace(options.databases);
    this.eviction = new Eviction(this.keyspace, options);
    this.expireCycle = new ExpireCycle(this.keyspace);
  }

  /** @throws Error with one line for the operator, when the server cannot start */
  async start(): Promise<void> {
    log.setFile(this.options.logfile);
    this.listeners = await openListeners(this);
    createPidFile(this.options.pidfile);
    warnOfHeap(this.options.maxmemory);
    this.port = (this.listeners[0]!.address() as { port: number }).port;
    this.cronTimer = setInterval(() => this.cron(), 1000 / this.options.hz);
    log.notice(`Ready to accept connections on port ${this.port}`);
  }

  /** Stops listening, sends what is written, closes every connection. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.cronTimer);
    for (const listener of this.listeners) listener.close();
    this.beforeSleep();
    for (const client of this.clients.byId.values()) client.socket?.destroySoon();
    log.warning('Redis is now ready to exit, bye bye...');
  }

  /** One complete request has arrived. */
  execute(client: Client, args: readonly string[]): void {
    execute(this, client, args);
  }

  /** Runs `hz` times a second (Redis: `serverCron`). */
  private cron(): void {
    this.rates.sample();
    closeIdleClients(this.clients, this.options.timeout);
    checkSoftLimits(this);
    this.keyspace.lruClock = Math.floor(Date.now() / 1000);
    this.keyspace.notePeak();
    this.expireCycle.run();
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
    handlePendingWrites(this);
  }

  /** A client has disconnected: each part that refers to it drops it (Redis: `freeClient`). */
  clientFreed(client: Client): void {
    log.verbose(`Client id=${client.id} is gone`);
  }
}

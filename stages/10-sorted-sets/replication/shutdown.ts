import { log } from '#shared/log.ts';
import { ReplyError, type NO_REPLY } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { Server, ShutdownFlags } from '../server.ts';

/** How often it looks whether the replicas have all; ms. */
const LOOK_MS = 20;

/**
 * Before the server ends it waits until the replicas have every write, for up to `shutdown-timeout` seconds. Meanwhile reads are
 * served, and writes wait for the end of a pause (Redis: `isReadyToShutdown`, `finishShutdown`, `cancelShutdown`).
 */
export class ShutdownWait {
  /** When it ends at the latest, ms since 1970; undefined when nothing waits. */
  until: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** The clients that have said SHUTDOWN. */
  private readonly waiting = new Set<Client>();
  private readonly server: Server;

  constructor(server: Server) {
    this.server = server;
  }

  /** @returns false when no replica has to be waited for */
  begin(flags: ShutdownFlags): boolean {
    const { replication, options, pause } = this.server;
    const target = replication.offset;
    const lagging = () => replication.online.filter((replica) => replica.ackOffset < target);
    const timeout = options['shutdown-timeout'] * 1000;
    if (flags.now || timeout === 0 || replication.link !== undefined || lagging().length === 0) return false;
    log.notice('Waiting for replicas before shutting down.');
    const until = Date.now() + timeout;
    this.until = until;
    replication.feed(-1, ['REPLCONF', 'GETACK', '*']);
    pause.begin('shutdown', Infinity, 'write');
    this.timer = setInterval(() => {
      const left = lagging();
      if (left.length > 0 && Date.now() < until) return;
      for (const { name, ackOffset } of left) log.warning(`Lagging replica ${name}: ${target - ackOffset} bytes behind`);
      this.finish(flags);
    }, LOOK_MS);
    return true;
  }

  /** SHUTDOWN ABORT. @returns false when no shutdown waits */
  abort(): boolean {
    if (this.until === undefined) return false;
    this.cancel();
    log.notice('Shutdown manually aborted.');
    return true;
  }

  /** A client has said SHUTDOWN: it waits too, and gets no reply unless the server goes on. */
  block(client: Client): typeof NO_REPLY {
    this.waiting.add(client);
    client.postponed = true;
    return this.server.blockedClients.block(client, {
      timeout: 0,
      timedOut() {
        throw new Error('the wait itself has a timeout');
      },
      ended: () => {
        this.waiting.delete(client);
        client.postponed = false;
      },
    });
  }

  private finish(flags: ShutdownFlags): void {
    clearInterval(this.timer);
    this.until = undefined;
    if (!this.server.shutdown({ ...flags, now: true })) this.cancel();
  }

  private cancel(): void {
    clearInterval(this.timer);
    this.until = undefined;
    const error = new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.');
    for (const client of [...this.waiting]) this.server.blockedClients.unblock(client, error);
    this.server.pause.finish('shutdown');
  }
}

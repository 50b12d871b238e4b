import { primaryCron, type Primary } from './primary.ts';
import type { AckWaits } from './wait.ts';

interface Parts extends Primary {
  readonly ackWaits: AckWaits;
}

/** What replication does at each run of the server's cron, and what once a second (Redis: `replicationCron`). */
export class ReplicationCron {
  private readonly server: Parts;
  private second = 0;
  private lastSecond = Date.now();

  constructor(server: Parts) {
    this.server = server;
  }

  run(): void {
    const { server } = this;
    server.failover.update();
    server.replication.fullSync.start();
    server.replication.ownDeadlines.expire();
    const now = Date.now();
    if (now - this.lastSecond < 1000) return;
    this.lastSecond = now;
    this.second++;
    server.replication.link?.cron();
    primaryCron(server, this.second);
    server.ackWaits.serve();
  }
}

import type { Server } from '../server.ts';
import { primaryCron } from './primary.ts';

/** What replication does at each run of the server's cron, and what once a second (Redis: `replicationCron`). */
export class ReplicationCron {
  private readonly server: Server;
  private second = 0;
  private lastSecond = Date.now();

  constructor(server: Server) {
    this.server = server;
  }

  run(): void {
    const { server } = this;
    server.replication.fullSync.start();
    const now = Date.now();
    if (now - this.lastSecond < 1000) return;
    this.lastSecond = now;
    this.second++;
    server.replication.link?.cron();
    primaryCron(server, this.second);
    server.ackWaits.serve();
  }
}

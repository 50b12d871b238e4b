import { quote } from '#shared/resp/quote.ts';
import { Push } from '#shared/resp/reply.ts';
import { addressOf } from './address.ts';
import type { Client } from './client.ts';
import type { Clients } from './clients.ts';

/** Clients in MONITOR: they are sent a line for each command that runs (Redis: `server.monitors`). */
export class Monitors {
  private readonly monitors = new Set<Client>();
  private readonly clients: Clients;

  constructor(clients: Clients) {
    this.clients = clients;
  }

  get size(): number {
    return this.monitors.size;
  }

  add(client: Client): void {
    if (client.monitor) return;
    client.monitor = true;
    client.idleReasons++;
    this.monitors.add(client);
  }

  /** The client has disconnected, or has sent RESET. */
  forget(client: Client): void {
    if (!this.monitors.delete(client)) return;
    client.monitor = false;
    client.idleReasons--;
  }

  /**
   * `+1700000000.123456 [0 127.0.0.1:50000] "SET" "k" "v"`: Unix time in µs, database, client, arguments (Redis:
   * `replicationFeedMonitors`). It is no reply: a monitor's own command is answered first. `from`: the client's address,
   * or `lua` for what a script calls (stage 12).
   */
  feed(client: Client, args: readonly string[], from = sourceOf(client)): void {
    const micros = Math.round((performance.timeOrigin + performance.now()) * 1000);
    const time = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
    const line = new Push([]);
    line.wire2 = line.wire3 = `+${time} [${client.db} ${from}] ${args.map(quote).join(' ')}\r\n`;
    for (const monitor of this.monitors) {
      if (monitor.closing || monitor.replies.muted !== undefined) continue;
      monitor.replies.push(line);
      this.clients.scheduleWrite(monitor);
    }
  }
}

/** Where a command comes from, as monitors are shown it. */
function sourceOf(client: Client): string {
  return client.unixSocket === '' ? addressOf(client) : `unix:${client.unixSocket}`;
}

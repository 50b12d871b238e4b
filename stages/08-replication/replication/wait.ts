import type { Reply } from '#shared/resp/reply.ts';
import type { BlockedClients } from '../clients/blocked-clients.ts';
import type { Client } from '../clients/client.ts';
import type { Replication } from './replication.ts';

/** A client that waits for `count` replicas to have the history up to `offset`. */
interface AckWait {
  readonly client: Client;
  readonly offset: number;
  readonly count: number;
}

/** Clients in WAIT (Redis: `clients_waiting_acks`). */
export class AckWaits {
  private readonly replication: Replication;
  private readonly blockedClients: BlockedClients;
  private readonly waits = new Set<AckWait>();

  constructor(replication: Replication, blockedClients: BlockedClients) {
    this.replication = replication;
    this.blockedClients = blockedClients;
  }

  /** Waits `timeout` ms, 0: for ever. @returns how many replicas have it, if they are enough or nothing may block */
  begin(client: Client, count: number, timeout: number): Reply {
    const offset = client.writeOffset;
    const acknowledged = () => this.acknowledged(offset);
    if (acknowledged() >= count || client.transaction?.executing) return acknowledged();
    const wait: AckWait = { client, offset, count };
    this.waits.add(wait);
    this.replication.requestAcks();
    return this.blockedClients.block(client, {
      timeout,
      timedOut: acknowledged,
      ended: () => this.waits.delete(wait),
    });
  }

  /** A replica has told how far it is (Redis: `processClientsWaitingReplicas`). */
  serve(): void {
    for (const { client, offset, count } of this.waits) {
      const acknowledged = this.acknowledged(offset);
      if (acknowledged >= count) this.blockedClients.unblock(client, acknowledged);
    }
  }

  /** Redis: `replicationCountAcksByOffset`. */
  private acknowledged(offset: number): number {
    return this.replication.online.filter((replica) => replica.ackOffset >= offset).length;
  }
}

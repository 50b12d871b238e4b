import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { BlockedClients } from '../clients/blocked-clients.ts';
import type { Client } from '../clients/client.ts';
import type { Aof } from '../persistence/aof/aof.ts';
import type { Replica } from './replica.ts';
import type { Replication } from './replication.ts';

/** A client that waits until replicas, or the log, have its last write. */
interface AckWait {
  readonly client: Client;
  /** ms; 0: for ever. */
  readonly timeout: number;
  /** It waits for the log of this server. */
  readonly needsLog: boolean;
  /** The reply, by how far replicas and log are now. */
  reply(): Reply;
  isEnough(): boolean;
}

/** Clients in WAIT and WAITAOF (Redis: `clients_waiting_acks`). */
export class AckWaits {
  private readonly replication: Replication;
  private readonly aof: Aof;
  private readonly blockedClients: BlockedClients;
  private readonly waits = new Set<AckWait>();

  constructor(replication: Replication, aof: Aof, blockedClients: BlockedClients) {
    this.replication = replication;
    this.aof = aof;
    this.blockedClients = blockedClients;
    aof.file.onSynced = () => this.serve();
  }

  /** WAIT: until `count` replicas have the client's writes. @returns how many have, if nothing has to be waited for */
  forReplicas(client: Client, count: number, timeout: number): Reply {
    const { writeOffset } = client;
    const reply = () => this.count((replica) => replica.ackOffset >= writeOffset);
    return this.begin({ client, timeout, needsLog: false, reply, isEnough: () => reply() >= count });
  }

  /**
   * WAITAOF: until the client's writes are on disk, in the logs of `count` replicas and, if `needsLog`, of this server.
   * @returns 1 or 0 for this server, and how many replicas, if nothing has to be waited for
   */
  forLogs(client: Client, needsLog: boolean, count: number, timeout: number): Reply {
    const { writeOffset, logPosition } = client;
    const here = () => this.aof.syncedUpTo >= logPosition;
    const replicas = () => this.count((replica) => replica.syncedOffset >= writeOffset);
    const reply = () => [here() ? 1 : 0, replicas()];
    return this.begin({ client, timeout, needsLog, reply, isEnough: () => (here() || !needsLog) && replicas() >= count });
  }

  /** A replica has said how far it is, or this server's log is (Redis: `processClientsWaitingReplicas`). */
  serve(): void {
    for (const wait of this.waits) {
      if (wait.needsLog && this.aof.state === 'off') this.blockedClients.fail(wait.client, new ReplyError(NO_LOG));
      else if (wait.isEnough()) this.blockedClients.unblock(wait.client, wait.reply());
    }
  }

  private begin(wait: AckWait): Reply {
    const { client, timeout } = wait;
    if (wait.isEnough() || client.transaction?.executing) return wait.reply();
    this.waits.add(wait);
    this.replication.requestAcks();
    return this.blockedClients.block(client, {
      timeout,
      timedOut: () => wait.reply(),
      ended: () => this.waits.delete(wait),
    });
  }

  /** Redis: `replicationCountAcksByOffset`, `replicationCountAOFAcksByOffset`. */
  private count(hasIt: (replica: Replica) => boolean): number {
    return this.replication.online.filter(hasIt).length;
  }
}

export const NO_LOG = 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';

import type { Reply } from '#shared/resp/reply.ts';
import type { Wait } from '../clients/blocking.ts';
import type { Request } from '../router/request.ts';
import type { Server } from '../server.ts';
import { StoredValue } from '../store/value.ts';

/** WAIT that goes on: for so many replicas to have this offset. */
interface Waiting {
  readonly request: Request;
  readonly wait: Wait;
  readonly offset: number;
  readonly count: number;
}

/** Clients in WAIT (Redis: `clients_waiting_acks`). */
export class AckWaits {
  private readonly server: Server;
  private readonly waiting = new Set<Waiting>();

  constructor(server: Server) {
    this.server = server;
  }

  /** Waits `timeout` ms, 0: for ever. @returns how many replicas have it, if they are enough or nothing may block */
  begin(request: Request, count: number, timeout: number): Reply {
    const { client } = request;
    const offset = client.writeOffset;
    const acknowledged = () => this.acknowledged(offset);
    if (acknowledged() >= count || client.transaction?.executing) return acknowledged();
    const wait: Wait = {
      keys: [],
      type: StoredValue,
      timeout,
      get timeoutReply() {
        return acknowledged();
      },
    };
    this.waiting.add({ request, wait, offset, count });
    this.server.replication.requestAcks();
    return request.block(wait);
  }

  /** A replica has told how far it is (Redis: `processClientsWaitingReplicas`). */
  serve(): void {
    for (const waiting of this.waiting) {
      const { request, wait, offset, count } = waiting;
      // Its time may be over, or its connection gone.
      if (request.client.blocked?.wait !== wait) this.waiting.delete(waiting);
      else if (this.acknowledged(offset) >= count) {
        this.waiting.delete(waiting);
        this.server.blocking.answer(request.client, this.acknowledged(offset));
      }
    }
  }

  /** Redis: `replicationCountAcksByOffset`. */
  private acknowledged(offset: number): number {
    return this.server.replication.online.filter((replica) => replica.ackOffset >= offset).length;
  }
}

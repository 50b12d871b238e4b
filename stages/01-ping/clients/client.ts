import type { Socket } from 'node:net';
import type { ClientClass } from '#shared/options/output-limits.ts';
import { ReplyWriter } from '#shared/resp/encoder.ts';
import { RequestParser } from '#shared/resp/parser.ts';
import type { ErrorStats } from '#shared/stats/error-stats.ts';

/** A connection and its state (Redis: `struct client`). */
export class Client {
  readonly id: number;
  /** Undefined for a client whose requests come from a file (from stage 07 on). */
  readonly socket: Socket | undefined;
  readonly parser = new RequestParser();
  readonly replies: ReplyWriter;
  /** What the connection is for (Redis: `getClientType`); here that decides how much may wait for it. */
  type: ClientClass = 'normal';
  /** It comes from this host; read from stage 06 on (Redis: `islocalClient`). */
  isLocal = false;
  name = '';
  libName = '';
  libVersion = '';
  /** When the last bytes came in; ms since 1970. */
  lastInteraction = Date.now();
  /** How many reasons there are not to close it as idle: it waits (from stage 03 on), it is a replica (08). */
  idleReasons = 0;
  /** Nothing more is read; the connection ends when what is written has been sent (CLIENT_CLOSE_AFTER_REPLY). */
  closing = false;
  /** The `heldBytes` that the sum over all clients contains. */
  accounted = 0;
  /** Its replies are to be written at the end of this turn (CLIENT_PENDING_WRITE). */
  pendingWrite = false;
  /** Since when more is waiting for it than its soft limit allows; ms since 1970, 0: it is not. */
  softLimitSince = 0;

  /** `errors` counts its error replies. */
  constructor(id: number, socket?: Socket, errors?: ErrorStats) {
    this.id = id;
    this.socket = socket;
    this.replies = new ReplyWriter(errors);
  }

  /** How much is waiting to be sent to it; bytes. */
  get outputBytes(): number {
    return this.replies.size + (this.socket?.writableLength ?? 0);
  }

  /** Bytes of the client's requests that cannot be executed yet. */
  get heldBytes(): number {
    return this.parser.argumentBytes;
  }
}

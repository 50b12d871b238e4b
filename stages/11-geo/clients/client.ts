import type { Socket } from 'node:net';
import type { Command } from '#shared/commands/command.ts';
import type { ClientClass } from '#shared/options/output-limits.ts';
import { ReplyWriter } from '#shared/resp/encoder.ts';
import { RequestParser } from '#shared/resp/parser.ts';
import type { ErrorStats } from '#shared/stats/error-stats.ts';
import type { ClientTracking } from './client-tracking.ts';
import type { Transaction } from './transaction.ts';

/** A connection and its state (Redis: `struct client`). */
export class Client {
  readonly id: number;
  /** Undefined for a client whose requests come from a file (from stage 07 on). */
  readonly socket: Socket | undefined;
  readonly parser = new RequestParser();
  readonly replies: ReplyWriter;
  /** What the connection is for (Redis: `getClientType`); here that decides how much may wait for it. */
  type: ClientClass | 'primary' = 'normal';
  /** The number of the database that SELECT chose. */
  db = 0;
  /** It comes from this host; read from stage 06 on (Redis: `islocalClient`). */
  isLocal = false;
  name = '';
  libName = '';
  libVersion = '';
  /** The last command that it sent (Redis: `lastcmd`). */
  lastCommand: Command | undefined;
  /** When the last bytes came in; ms since 1970. */
  lastInteraction = Date.now();
  /** How many reasons there are not to close it as idle: it waits (from stage 03 on), it is a replica (08). */
  idleReasons = 0;
  /** It is blocked: its later requests are not read until its reply has come (CLIENT_BLOCKED). */
  blocked = false;
  /** Its request waits for the end of a pause (BLOCKED_POSTPONE). */
  postponed = false;
  /** The transaction that MULTI has begun. */
  transaction: Transaction | undefined;
  /** Nothing more is read; the connection ends when what is written has been sent (CLIENT_CLOSE_AFTER_REPLY). */
  closing = false;
  /** The `heldBytes` that the sum over all clients contains. */
  accounted = 0;
  /** The `outputBytes` that the sum over all clients contains. */
  accountedOutput = 0;
  /** Bytes of replies that may not leave yet. */
  heldReplies = 0;
  /** Its requests were accepted before, by the server that wrote the log (Redis: `mustObeyClient`). */
  mustObey = false;
  /** Its replies are to be written at the end of this turn (CLIENT_PENDING_WRITE). */
  pendingWrite = false;
  /** Since when more is waiting for it than its soft limit allows; ms since 1970, 0: it is not. */
  softLimitSince = 0;

  /** When it connected; ms since 1970. */
  readonly createdAt = Date.now();
  /** The path of the Unix socket that it has connected to; '': it came by TCP. */
  unixSocket = '';
  /** It is shown every command (CLIENT_MONITOR). */
  monitor = false;
  /** It is not closed to free memory (CLIENT NO-EVICT). */
  noEvict = false;
  /** What it looks up does not count as used (CLIENT NO-TOUCH). */
  noTouch = false;
  /** The state of CLIENT TRACKING. */
  tracking: ClientTracking | undefined;

  /** The replication offset after its last write: WAIT waits until replicas have reached it (Redis: `woff`). */
  writeOffset = 0;
  /** The end of the log after its last write: WAITAOF waits until the log is on disk up to there. */
  logPosition = 0;

  /** `errors` counts its error replies. */
  constructor(id: number, socket?: Socket, errors?: ErrorStats) {
    this.id = id;
    this.socket = socket;
    this.replies = new ReplyWriter(errors);
  }

  /** It has written something: notes the end of the history and of the log. */
  wrote(offset: number, logPosition: number): void {
    this.writeOffset = offset;
    this.logPosition = logPosition;
  }

  /** How much is waiting to be sent to it; bytes. */
  get outputBytes(): number {
    return this.replies.size + this.heldReplies + (this.socket?.writableLength ?? 0);
  }

  /** What waits outside V8's heap: replies, and an argument that is not complete; bytes. */
  get bufferedBytes(): number {
    return this.outputBytes + this.parser.size - this.parser.argumentBytes;
  }

  /** Bytes of the client's requests that cannot be executed yet. */
  get heldBytes(): number {
    return this.parser.argumentBytes + (this.transaction?.size ?? 0);
  }
}

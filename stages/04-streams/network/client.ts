import type { Socket } from 'node:net';
import { ReplyWriter } from '#shared/resp/encoder.ts';
import { RequestParser } from '#shared/resp/parser.ts';

/** A connection and its state (Redis: `struct client`). */
export class Client {
  readonly id: number;
  readonly socket: Socket;
  readonly parser = new RequestParser();
  readonly replies = new ReplyWriter();
  /** The number of the database that SELECT chose. */
  db = 0;
  name = '';
  libName = '';
  libVersion = '';
  /** When the last bytes came in; ms since 1970. */
  lastInteraction = Date.now();
  /** It waits for a reply, and its later requests are not read until it has it (CLIENT_BLOCKED). */
  blocked = false;
  /** Nothing more is read; the connection ends when what is written has been sent (CLIENT_CLOSE_AFTER_REPLY). */
  closing = false;
  /** What the server has counted of `heldBytes`. */
  accounted = 0;
  /** Replies wait to be written (CLIENT_PENDING_WRITE). */
  pendingWrite = false;

  constructor(id: number, socket: Socket) {
    this.id = id;
    this.socket = socket;
  }

  /** What the client makes the server keep until a request is complete. */
  get heldBytes(): number {
    return this.parser.argumentBytes;
  }
}

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { RequestParser } from '#shared/resp/parser.ts';
import { encodeRequest } from './client.ts';
import { PATIENCE_MS, until, within } from './time.ts';

/** A primary that the test plays for a replica. Bytes are binary strings. */
export interface FakePrimary {
  readonly port: number;
  /** The next link that a replica opens, or has opened. */
  link(): Promise<PrimaryLink>;
  /** How many links were opened so far. */
  opened(): number;
  /** Stops listening and cuts all links. */
  close(): Promise<void>;
  /** Stops listening, so that a replica's next attempt is refused; links stay. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  accept(): Promise<void>;
}

/** One replica's link, as the primary has it. */
export interface PrimaryLink {
  /** The next command that the replica sends. */
  next(): Promise<string[]>;
  /** Answers PING with +PONG and REPLCONF with +OK until PSYNC comes; resolves to all of them, PSYNC the last. */
  handshake(): Promise<string[][]>;
  /** Announces a full sync at this offset, and sends the RDB in one of the two forms. */
  fullSync(replid: string, offset: number, rdb: string, form?: 'length' | 'eof'): void;
  /** Streams a command. */
  stream(...args: (string | number)[]): void;
  /** Writes bytes that don't count in the offset. */
  write(bytes: string): void;
  /** Streams raw bytes, which count. */
  streamBytes(bytes: string): void;
  /** The offset after all that was streamed. */
  offset(): number;
  /** Continues at this offset: from here on streamed bytes count. */
  continueAt(offset: number): void;
  /** Waits for an acknowledgement of all that was streamed (REPLCONF ACK). */
  acknowledged(): Promise<void>;
  /** Asks REPLCONF GETACK and resolves to the offset of the ACK that answers it. */
  getAck(): Promise<number>;
  /** The commands of the replica that the test has not read yet, acknowledgements left out. */
  waiting(): string[][];
  /** The offsets acknowledged so far. */
  readonly acks: readonly number[];
  /** The offsets up to which the replica has its log on disk, from the same acknowledgements (FACK, from 7.2 on). */
  readonly facks: readonly number[];
  isOpen(): boolean;
  closed(): Promise<void>;
  cut(): void;
}

/** Listens on a free port of 127.0.0.1. */
export async function openFakePrimary(): Promise<FakePrimary> {
  const links: PrimaryLink[] = [];
  const sockets = new Set<Socket>();
  let handedOut = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    links.push(acceptLink(socket));
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const refuse = async () => {
    if (server.listening) server.close();
  };
  return {
    port,
    async link() {
      await until(() => links.length > handedOut, 'the server to connect to its primary, which the test plays');
      return links[handedOut++]!;
    },
    opened: () => links.length,
    refuse,
    accept: () => listen(port),
    async close() {
      await refuse();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function acceptLink(socket: Socket): PrimaryLink {
  const parser = new RequestParser();
  const waiting: string[][] = [];
  const acks: number[] = [];
  const facks: number[] = [];
  let offset = 0;
  let ended = false;
  let wake = () => {};
  const whenClosed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    wake();
  });
  socket.on('data', (chunk) => {
    // Bare line feeds, by which a replica shows that it lives, are no requests.
    parser.feed(chunk);
    for (let words = parser.next(); words !== null; words = parser.next()) {
      if (words[0] !== 'REPLCONF' || words[1] !== 'ACK') waiting.push([...words]);
      else {
        acks.push(Number(words[2]));
        if (words[3] === 'FACK') facks.push(Number(words[4]));
      }
    }
    wake();
  });

  const write = (bytes: string) => void socket.write(bytes, 'latin1');
  const streamBytes = (bytes: string) => {
    offset += bytes.length;
    write(bytes);
  };
  const next = async (what = 'a command of the replica') => {
    const deadline = Date.now() + PATIENCE_MS;
    while (waiting.length === 0) {
      if (ended) throw new Error(`the replica closed the link; the fake primary waited for ${what}`);
      const left = deadline - Date.now();
      await within(left, new Promise<void>((resolve) => (wake = resolve)));
      if (left <= 0) throw new Error(`the fake primary waited ${PATIENCE_MS / 1000} s for ${what}`);
    }
    return waiting.shift()!;
  };

  return {
    next,
    write,
    streamBytes,
    acks,
    facks,
    waiting: () => waiting,
    async handshake() {
      const commands: string[][] = [];
      for (;;) {
        const command = await next('PSYNC');
        commands.push(command);
        const name = command[0]!.toUpperCase();
        if (name === 'PSYNC') return commands;
        write(name === 'PING' ? '+PONG\r\n' : '+OK\r\n');
      }
    },
    fullSync(replid, from, rdb, form = 'length') {
      const mark = 'm'.repeat(40);
      write(`+FULLRESYNC ${replid} ${from}\r\n`);
      write(form === 'length' ? `$${rdb.length}\r\n${rdb}` : `$EOF:${mark}\r\n${rdb}${mark}`);
      offset = from;
    },
    stream: (...args) => streamBytes(encodeRequest(args.map(String))),
    offset: () => offset,
    continueAt: (from) => void (offset = from),
    async acknowledged() {
      await until(() => acks.includes(offset), `an acknowledgement of offset ${offset}; came: ${acks.join(' ')}`);
    },
    async getAck() {
      const before = acks.length;
      const asked = offset;
      streamBytes(encodeRequest(['REPLCONF', 'GETACK', '*']));
      // An acknowledgement that the replica sent before it read GETACK may come first.
      const answer = () => acks.slice(before).find((ack) => ack >= asked);
      await until(() => answer() !== undefined, 'an answer to GETACK');
      return answer()!;
    },
    isOpen: () => !ended,
    async closed() {
      if (!(await within(PATIENCE_MS, whenClosed))) {
        throw new Error(`the replica did not close the link within ${PATIENCE_MS / 1000} s`);
      }
    },
    cut: () => socket.destroy(),
  };
}

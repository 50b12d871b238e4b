import { connect } from 'node:net';
import { ReplyDecoder } from '#shared/resp/decoder.ts';
import { encodeRequest } from './client.ts';
import { PATIENCE_MS, within } from './time.ts';

/** How a primary answered PSYNC. */
export type Sync =
  | { readonly kind: 'full'; replid: string; offset: number; form: 'length' | 'eof'; rdb: string }
  | { readonly kind: 'partial'; replid: string | null }
  | { readonly kind: 'error'; text: string };

/**
 * A replica that the test plays for a primary: it keeps all bytes and applies nothing. Bytes are binary
 * strings.
 */
export interface FakeReplica {
  /** Sends a command and resolves to the line that answers it, without CRLF. */
  ask(...args: (string | number)[]): Promise<string>;
  /** Sends a command to which no reply comes, such as REPLCONF ACK. */
  send(...args: (string | number)[]): void;
  /** Sends PSYNC and reads the answer, a whole RDB included. `? -1` requests a full sync. */
  psync(replid?: string, offset?: number): Promise<Sync>;
  /** The next command of the stream, whatever it is. */
  next(): Promise<string[]>;
  /** All commands of the stream up to the one that `last` accepts, that one left out. */
  readUntil(last: (command: string[]) => boolean): Promise<string[][]>;
  /** The replication offset: where the sync began, plus the bytes of the stream read so far as whole commands. */
  offset(): number;
  /** The bytes of the commands read from the stream so far. */
  streamed(): string;
  /** The bytes that came and were not read yet. */
  unread(): string;
  /** Tells the primary how far it has read, and up to where its log is on disk, if it has one. */
  ack(offset?: number, synced?: number): void;
  /** Resolves when the primary has closed the link. */
  closed(): Promise<void>;
  /** Whether the link is open still. */
  isOpen(): boolean;
  /** Stops reading: the primary's output piles up. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Cuts the link. */
  cut(): void;
  /** The port from which it speaks. */
  readonly localPort: number;
}

const EOF_MARK = 40;

/** Opens a link to the primary at this address; no handshake yet. */
export async function openFakeReplica(host: string, port: number): Promise<FakeReplica> {
  const socket = connect({ host, port });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.setNoDelay(true).removeAllListeners('error');
  let buffer = '';
  let ended = false;
  let wake = () => {};
  const whenClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1');
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    wake();
  });

  const more = async (what: string) => {
    if (ended) throw new Error(`the primary closed the link; the fake replica waited for ${what}`);
    const came = await within(PATIENCE_MS, new Promise<true>((resolve) => (wake = () => resolve(true))));
    if (!came) throw new Error(`the fake replica waited ${PATIENCE_MS / 1000} s for ${what}; came: ${show(buffer)}`);
  };
  const take = (count: number) => {
    const taken = buffer.slice(0, count);
    buffer = buffer.slice(count);
    return taken;
  };
  const line = async (what: string) => {
    for (;;) {
      // A primary that prepares an RDB sends bare line feeds to show that it lives.
      while (buffer.startsWith('\n')) take(1);
      const end = buffer.indexOf('\r\n');
      if (end >= 0) return take(end + 2).slice(0, -2);
      await more(what);
    }
  };
  const rdb = async (): Promise<{ form: 'length' | 'eof'; rdb: string }> => {
    const header = await line('the RDB');
    if (!header.startsWith('$')) throw new Error(`in place of an RDB came ${show(header)}`);
    if (!header.startsWith('$EOF:')) {
      const size = Number(header.slice(1));
      while (buffer.length < size) await more(`${size} bytes of RDB`);
      return { form: 'length', rdb: take(size) };
    }
    const mark = header.slice('$EOF:'.length);
    if (mark.length !== EOF_MARK) throw new Error(`an EOF mark has 40 bytes, not ${mark.length}`);
    while (!buffer.includes(mark)) await more('the EOF mark after the RDB');
    const content = take(buffer.indexOf(mark));
    take(EOF_MARK);
    return { form: 'eof', rdb: content };
  };

  let began = 0;
  let read = '';
  const decoder = new ReplyDecoder();
  const next = async () => {
    for (;;) {
      decoder.feed(take(buffer.length));
      const command = decoder.next();
      if (command !== undefined) {
        if (!Array.isArray(command)) throw new Error(`the stream holds commands, not ${show(String(command))}`);
        read += encodeRequest(command.map(String));
        // The offset counts the bytes that came: a command must come in its one right encoding.
        if (read.length !== decoder.consumed) throw new Error(`an odd form of ${show(command.join(' '))}`);
        return command.map(String);
      }
      await more('the next command of the stream');
    }
  };

  const ask = (...args: (string | number)[]) => {
    socket.write(encodeRequest(args.map(String)), 'latin1');
    return line(`the answer to ${args.join(' ')}`);
  };

  return {
    localPort: socket.localPort ?? 0,
    ask,
    send: (...args) => void socket.write(encodeRequest(args.map(String)), 'latin1'),
    async psync(replid = '?', offset = -1) {
      const answer = await ask('PSYNC', replid, offset);
      const [word, id, from] = answer.split(' ');
      if (word === '+FULLRESYNC') {
        began = Number(from);
        return { kind: 'full', replid: id!, offset: began, ...(await rdb()) };
      }
      if (word !== '+CONTINUE') return { kind: 'error', text: answer };
      began = offset - 1;
      return { kind: 'partial', replid: id ?? null };
    },
    next,
    async readUntil(last) {
      const commands: string[][] = [];
      for (;;) {
        const command = await next();
        if (last(command)) return commands;
        commands.push(command);
      }
    },
    offset: () => began + read.length,
    streamed: () => read,
    unread: () => buffer,
    ack(offset = began + read.length, synced) {
      const fack = synced === undefined ? [] : ['FACK', String(synced)];
      socket.write(encodeRequest(['REPLCONF', 'ACK', String(offset), ...fack]));
    },
    closed: async () => {
      const closed = await within(PATIENCE_MS, whenClosed.then(() => true));
      if (!closed) throw new Error(`the primary did not close the link within ${PATIENCE_MS / 1000} s`);
    },
    isOpen: () => !ended,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    cut: () => socket.destroy(),
  };
}

function show(bytes: string): string {
  return JSON.stringify(bytes.length > 200 ? `${bytes.slice(0, 200)}…` : bytes);
}

import { connect, type Socket } from 'node:net';
import { PushReply, ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import { ReplyError, Status, Verbatim } from '#shared/resp/reply.ts';
import { encodeRequest } from '../../harness/client.ts';
import { until, within } from '../../harness/time.ts';
import { SUBSCRIBERS, type Step } from './steps.ts';

/** The clients of one server, and what came to each of them. */
export interface Audience {
  /** Lets a client do a step, and waits until it has its replies. */
  take(step: Step): Promise<void>;
  /** Everything that has come to each client since the last time, as text. */
  heard(): Promise<string[][]>;
  close(): void;
}

const SILENT_MS = 10_000;

/** Opens the clients of a server, which is empty and publishes events of keys. */
export async function openAudience(port: number): Promise<Audience> {
  const control = await openListener(port);
  await control.ask(['FLUSHALL']);
  await control.ask(['CONFIG', 'SET', 'notify-keyspace-events', 'KEAn']);
  const clients: Listener[] = [];
  for (let i = 0; i <= SUBSCRIBERS; i++) clients.push(await openListener(port));

  const reconnect = async (at: number, protocol: 2 | 3): Promise<void> => {
    clients[at]!.close();
    // No other client may publish before the server has noticed that the connection is closed.
    await until(async () => (await connected(control)) === SUBSCRIBERS + 1, 'the server to notice the end of a client');
    const fresh = await openListener(port);
    if (protocol === 3) await fresh.ask(['HELLO', '3']);
    fresh.take();
    clients[at] = fresh;
  };

  return {
    async take({ client, reconnect: protocol, commands }) {
      if (protocol !== undefined) await reconnect(client, protocol);
      else await clients[client]!.ask(...commands);
    },
    async heard() {
      for (const client of clients) await client.ask();
      return clients.map((client) => normalized(client.take()));
    },
    close() {
      for (const client of [...clients, control]) client.close();
    },
  };
}

interface Listener {
  /** Sends commands, and waits for the answer to a PING after them. */
  ask(...commands: (readonly string[])[]): Promise<Decoded | undefined>;
  /** What has come, the answers to that PING left out. */
  take(): Decoded[];
  close(): void;
}

async function openListener(port: number): Promise<Listener> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const decoder = new ReplyDecoder();
  let frames: Decoded[] = [];
  let awaited = '';
  let marks = 0;
  let onMark: () => void = () => {};
  socket.on('data', (chunk) => {
    decoder.feed(chunk);
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      if (isMark(frame, awaited)) onMark();
      else frames.push(frame);
    }
  });
  socket.on('error', () => {});
  return {
    async ask(...commands) {
      awaited = `mark-${++marks}`;
      const marked = new Promise<true>((resolve) => (onMark = () => resolve(true)));
      socket.write([...commands, ['PING', awaited]].map((command) => encodeRequest(command)).join(''), 'latin1');
      if (!(await within(SILENT_MS, marked))) throw new Error(`no answer to ${JSON.stringify(commands)}`);
      return frames.at(-1);
    },
    take() {
      const taken = frames;
      frames = [];
      return taken;
    },
    close: () => void socket.destroy(),
  };
}

function isMark(frame: Decoded, mark: string): boolean {
  return frame === mark || (Array.isArray(frame) && frame[0] === 'pong' && frame[1] === mark);
}

async function connected(control: Listener): Promise<number> {
  const info = String(await control.ask(['INFO', 'clients']));
  // The control connection counts too.
  return Number(/connected_clients:(\d+)/.exec(info)![1]);
}

/**
 * Messages, then replies, each in their order. Redis walks through patterns, and through what UNSUBSCRIBE ends, in the
 * order of a hash table; and before 7.2 a message to oneself comes before the reply.
 */
function normalized(frames: readonly Decoded[]): string[] {
  const messages = frames.filter(isMessage);
  const replies = frames.filter((frame) => !isMessage(frame));
  return [...sortRuns(messages, samePublish, shown), ...confirmations(replies).map(shown)];
}

function itemsOf(frame: Decoded): readonly Decoded[] {
  if (frame instanceof PushReply) return frame.items;
  return Array.isArray(frame) ? frame : [];
}

function isMessage(frame: Decoded): boolean {
  return ['message', 'pmessage', 'smessage'].includes(String(itemsOf(frame)[0])) && itemsOf(frame).length > 2;
}

/** Whether two neighbouring messages are one message, sent once for each of two patterns. */
function samePublish(one: Decoded, other: Decoded): boolean {
  const [a, b] = [itemsOf(one), itemsOf(other)];
  return a[0] === 'pmessage' && b[0] === 'pmessage' && a[2] === b[2] && a[3] === b[3];
}

function sortRuns(frames: Decoded[], belong: (a: Decoded, b: Decoded) => boolean, show: (frame: Decoded) => string): string[] {
  const sorted: string[] = [];
  for (let from = 0; from < frames.length;) {
    let to = from + 1;
    while (to < frames.length && belong(frames[from]!, frames[to]!)) to++;
    sorted.push(...frames.slice(from, to).map(show).sort());
    from = to;
  }
  return sorted;
}

/** Neighbouring confirmations of one kind keep their counts, and have their names in order. */
function confirmations(replies: Decoded[]): Decoded[] {
  const ordered = [...replies];
  for (let from = 0; from < ordered.length;) {
    const word = String(itemsOf(ordered[from]!)[0]);
    let to = from + 1;
    if (word.endsWith('unsubscribe')) while (to < ordered.length && itemsOf(ordered[to]!)[0] === word) to++;
    const names = ordered.slice(from, to).map((frame) => itemsOf(frame)[1]!);
    if (to - from > 1) {
      names.sort();
      for (let i = from; i < to; i++) ordered[i] = withName(ordered[i]!, names[i - from]!);
    }
    from = to;
  }
  return ordered;
}

function withName(frame: Decoded, name: Decoded): Decoded {
  const [word, , count] = itemsOf(frame);
  const renamed = [word!, name, count!];
  return frame instanceof PushReply ? new PushReply(renamed) : renamed;
}

/** What PUBSUB CHANNELS answers. */
function namesInOrder(items: readonly Decoded[]): readonly Decoded[] {
  return items[0] !== 'pong' && items.every((item) => typeof item === 'string') ? [...items].sort() : items;
}

function shown(frame: Decoded): string {
  if (frame instanceof PushReply) return `>${shown(frame.items)}`;
  // HELLO: the version and the client's number are each server's own.
  if (frame instanceof Map || itemsOf(frame)[0] === 'server') return frame instanceof Map ? 'a map' : 'a flat map';
  if (Array.isArray(frame)) return `[${namesInOrder(frame).map(shown).join(' ')}]`;
  if (frame instanceof Status) return `+${frame.text}`;
  if (frame instanceof ReplyError) return `-${frame.message}`;
  if (frame instanceof Verbatim) return frame.text;
  return JSON.stringify(typeof frame === 'bigint' ? String(frame) : frame);
}

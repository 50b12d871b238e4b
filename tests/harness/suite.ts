import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import { afterAll, describe, expect, test as vitestTest, type TestContext } from 'vitest';
import { ReplyError as RedisError, Status } from '#shared/resp/reply.ts';
import { Client, encodeRequest } from './client.ts';
import { NOT_THERE_YET } from './not-there-yet.ts';
import { savedIfItCan, saveIfItCan } from './persistence.ts';
import { chooseSeed, createRng, type Rng } from './rng.ts';
import { parseTarget, type RunningServer, type Target } from './target.ts';
import { explainCheck, replaceMessage } from './failed-check.ts';
import { showSent } from './failure.ts';
import { inTime, JUDGES_FOREIGN, passesOverRequests, sleep, TimeoutError, until, within } from './time.ts';

export { describe, expect, sleep, until };
export { double, error, map, nilArray, push, set, status } from './expected.ts';
export { items } from './expectation.ts';
export { RedisError, Status };
export { Verbatim } from '#shared/resp/reply.ts';
export { PushReply as Push, type Decoded } from '#shared/resp/decoder.ts';
export * from './persistence.ts';
export type { Client };

type TestBody = () => void | Promise<void>;

/** What the suite runs against. */
export const target: Target = parseTarget(process.env['TARGET'] ?? 'redis');

/** A server that a test started for itself. */
export interface OwnServer {
  readonly port: number;
  readonly pid: number;
  /** Its working directory. */
  readonly dir: string;
  client(): Promise<Client>;
  clientResp3(): Promise<Client>;
  /** The last of what it printed. */
  output(): string;
  /** SIGTERM, waiting for its end; its folder stays until the test ends. */
  stop(): Promise<void>;
  /** SIGKILL: the server ends at once, as in a crash. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** How it ended, or null while it runs. */
  ended(): string | null;
  /** Starts it again in the same folder, with the same flags or others. */
  restart(...flags: string[]): Promise<void>;
  /** The same, but resolves as soon as the server answers anything, while it is still loading its data. */
  restartLoading(...flags: string[]): Promise<void>;
}

/** What one test has open. */
interface Session {
  readonly context: TestContext;
  readonly clients: Client[];
  readonly cleanups: (() => Promise<void> | void)[];
  rng: Rng | null;
}

let session: Session | null = null;
let shared: RunningServer | null = null;

/**
 * A test against the server under test: the databases are flushed before, connections are closed after, and a
 * connection on which more came than was expected fails the test. Default timeout: 30 s.
 */
export function test(name: string, body: TestBody, timeoutMs = 30_000): void {
  vitestTest(name, { timeout: timeoutMs + CLEANUP_MS }, (context) => run(context, body, timeoutMs));
}

/**
 * The core tests of one step of the chapter, in its order: the title is that of the heading `## Step 1: title`. Stands
 * in `NN-core.test.ts` alone.
 */
export function step(number: number, title: string, body: () => void): void {
  describe(`step ${number}: ${title}`, body);
}

/** A test that the stage before may pass too, with the reason why it is in this suite. */
test.regression = (reason: string, name: string, body: TestBody, timeoutMs = 30_000): void => {
  vitestTest(name, { timeout: timeoutMs + CLEANUP_MS }, (context) => {
    Object.assign(context.task.meta, { regression: reason });
    return run(context, body, timeoutMs);
  });
};

/**
 * A test of what came with this version of Redis (`7.2`): it runs on the stages, and on a real server of that version
 * or later. Elsewhere it is skipped, saying so.
 */
test.since = (version: string, name: string, body: TestBody, timeoutMs = 30_000): void => {
  vitestTest(name, { timeout: timeoutMs + CLEANUP_MS }, (context) => {
    const since = async () => {
      const own = await redisVersion();
      onlyIf(own === null || !isBefore(own, version), `not on this Redis (${own}): it came with ${version}`);
      await body();
    };
    return run(context, since, timeoutMs);
  });
};

/** A new RESP2 connection to the server under test. */
export async function client(): Promise<Client> {
  return attach(await sharedServer());
}

/** A new connection that has said HELLO 3. */
export async function clientResp3(): Promise<Client> {
  return switchToResp3(await client());
}

/** A connection by TLS to this port of a server on this machine. */
export async function secureClient(port: number, secure: ConnectionOptions): Promise<Client> {
  const opened = await Client.open('127.0.0.1', port, secure);
  current().clients.push(opened);
  return opened;
}

/**
 * Starts a server for this test alone, with these flags; the test is skipped, and says so, when the target takes none.
 */
export async function server(...flags: string[]): Promise<OwnServer> {
  needsFlags();
  const started = await start(flags);
  current().cleanups.push(started.remove);
  return started.own;
}

/**
 * As `server`, but one server for all tests of the file that ask for these flags. Each test gets it empty, with an empty
 * folder. Options that a test changes by CONFIG SET stay changed; do not restart it with other flags.
 */
export async function reusedServer(...flags: string[]): Promise<OwnServer> {
  needsFlags();
  const name = flags.join(' ');
  const found = reused.get(name);
  if (!found) {
    const started = await start(flags);
    reused.set(name, started);
    return started.own;
  }
  const { own } = found;
  const ended = own.ended() !== null;
  if (!ended) await empty(await own.client());
  for (const entry of readdirSync(own.dir, { withFileTypes: true })) {
    // While the server runs, a folder here may hold its append-only file.
    if (ended || entry.isFile()) rmSync(join(own.dir, entry.name), { recursive: true, force: true });
  }
  if (ended) await own.restart();
  return own;
}

/** Removes all keys, and saves, so that no changes wait to be saved: an append-only file needs no SAVE, so a server may lack it. */
async function empty(c: Client): Promise<void> {
  await c.expect('FLUSHALL').ok();
  await savedIfItCan(c);
  await saveIfItCan(c);
}

interface Started {
  readonly own: OwnServer;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

const reused = new Map<string, Started>();

async function start(flags: string[]): Promise<Started> {
  let given = flags;
  let running = await target.start(given);
  const process = () => running.process!;
  const restart = async (others: string[], whileLoading: boolean) => {
    await running.stop(true);
    given = others.length > 0 ? others : given;
    running = await target.start(given, { dir: running.dir, whileLoading });
  };
  const own: OwnServer = {
    get port() {
      return running.port;
    },
    get pid() {
      return process().pid;
    },
    get dir() {
      return running.dir;
    },
    client: () => attach(running),
    clientResp3: async () => switchToResp3(await attach(running)),
    output: () => process().output(),
    stop: () => running.stop(true),
    kill: () => process().kill(),
    signal: (name) => process().signal(name),
    ended: () => process().ended(),
    restart: (...others) => restart(others, false),
    restartLoading: (...others) => restart(others, true),
  };
  return { own, remove: () => running.stop() };
}

/** A connected ioredis client, with its default options or these. */
export async function ioredis(options: Omit<RedisOptions, 'replyMapping'> = {}): Promise<Redis> {
  const { host, port } = await sharedServer();
  const redis = new Redis({ host, port, lazyConnect: true, ...options });
  current().cleanups.push(() => redis.disconnect());
  await redis.connect();
  return redis;
}

/** The request as clients send it: `resp('GET', 'k')` is `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`. */
export function resp(...args: (string | number)[]): string {
  return encodeRequest(args.map(String));
}

/** Bytes from hex digits: `hex('00 ff')`. */
export function hex(digits: string): string {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex').toString('latin1');
}

/** The binary string of a text's UTF-8 bytes. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** This test's source of random values; a failure names the seed, and SEED=… repeats it. */
export function rng(): Rng {
  return (current().rng ??= createRng(chooseSeed()));
}

/** Where the server under test listens. */
export async function address(): Promise<{ host: string; port: number }> {
  const { host, port } = await sharedServer();
  return { host, port };
}

/** Runs `cleanup` when this test has passed or failed and its connections are closed; the last one given runs first. */
export function atEnd(cleanup: () => Promise<void> | void): void {
  current().cleanups.push(cleanup);
}

/** Skips the test, saying why, unless the condition holds. */
export function onlyIf(condition: boolean, reason: string): void {
  if (!condition) current().context.skip(reason);
}

/** Skips the test where servers take no flags. `server` does so too, but not inside `expect(…).rejects`. */
export function needsFlags(): void {
  onlyIf(target.takesFlags, 'needs a server started with its own flags (with --cmd: put {flags} into the command)');
}

/**
 * How many timeouts in a group are enough: a server that lacks the feature would let each of its tests wait. Three, and
 * one when an earlier group of the file ended so: such a server does not answer what it does not know.
 */
const TIMEOUTS = 3;
const endedEarly = new Set<string>();
const timeouts = new Map<string, number>();

/** More time than the test's body has, for cleaning up: so the harness ends a slow test, and says why, before Vitest does. */
const CLEANUP_MS = 20_000;

async function run(context: TestContext, body: TestBody, timeoutMs: number): Promise<void> {
  const group = context.task.suite?.name ?? '';
  if (JUDGES_FOREIGN && (timeouts.get(group) ?? 0) >= (endedEarly.size > 0 ? 1 : TIMEOUTS)) {
    endedEarly.add(group);
    context.skip(NOT_THERE_YET);
  }
  session = { context, clients: [], cleanups: [], rng: null };
  const { clients, cleanups } = session;
  let failed = true;
  try {
    const whole = async () => {
      await prepare(await sharedServer());
      await body();
    };
    await inTime(timeoutMs, whole(), awaited);
    failed = false;
  } catch (error) {
    if (error instanceof TimeoutError) timeouts.set(group, (timeouts.get(group) ?? 0) + 1);
    throw explained(error);
  } finally {
    const extras = await Promise.all(clients.map((open) => open.close()));
    for (const cleanup of cleanups.reverse()) await cleanup();
    if (failed) await untilEndIsKnown();
    session = null;
    if (!failed) for (const fail of extras) fail?.();
  }
}

/** The reply for which a test still waits when it times out, if there is one. */
function awaited(): string {
  const sent = session?.clients.map(({ waitsFor }) => waitsFor).find((request) => request !== null);
  return sent === undefined ? 'the end of the test' : `a reply to ${showSent(sent)}`;
}

/** Adds what only the session knows: the seed, and what a server that ended has printed. */
function explained(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const notes: string[] = [];
  explainCheck(error, lastExchange());
  if (session?.rng) notes.push(`seed      SEED=${session.rng.seed}`);
  const ended = shared?.process?.ended();
  if (ended) notes.push(`server    ${ended}; it printed:\n${shared!.process!.output().trimEnd()}`);
  if (notes.length === 0) return error;
  replaceMessage(error, `${error.message}\n${notes.join('\n')}`);
  return error;
}

/** The latest request of any client of this test, and its reply. */
function lastExchange() {
  const all = session?.clients.flatMap(({ lastExchange }) => lastExchange ?? []) ?? [];
  return all.sort((a, b) => b.at - a.at)[0] ?? null;
}

/**
 * A server that a test has crashed refuses connections a moment before the system reports the end of its process. Waits
 * for that: the next test has to start the server again.
 */
async function untilEndIsKnown(): Promise<void> {
  if (!shared?.process || (await isListening(shared))) return;
  const { process } = shared;
  await until(() => process.ended() !== null, 'the end of the server').catch(() => {});
}

function isListening({ host, port }: RunningServer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function sharedServer(): Promise<RunningServer> {
  if (shared?.process?.ended()) {
    await shared.stop();
    shared = null;
  }
  return (shared ??= await target.start());
}

afterAll(async () => {
  await shared?.stop();
  for (const { remove } of reused.values()) await remove();
});

async function attach({ host, port }: RunningServer): Promise<Client> {
  const opened = await Client.open(host, port);
  const { clients } = current();
  clients.push(opened);
  const waiting = () => clients.filter((other) => other.pending).length;
  opened.blocked = (count) => untilBlocked(opened, { host, port }, () => count ?? waiting());
  return opened;
}

async function switchToResp3(opened: Client): Promise<Client> {
  opened.protocol = 3;
  await opened.expect('HELLO', '3').matches((value) => value instanceof Map, 'the map that HELLO 3 answers');
  return opened;
}

/** How long to wait for a server whose INFO doesn't show how many clients are blocked. */
const BLIND_WAIT_MS = 50;

async function untilBlocked(
  opened: Client,
  { host, port }: { host: string; port: number },
  count: () => number,
): Promise<void> {
  const observer = await Client.open(host, port);
  try {
    await until(async () => {
      if (!opened.pending) throw new Error('the client was answered at once, and should have been blocked');
      const blocked = await blockedClients(observer);
      if (blocked !== null) return blocked >= count();
      await sleep(BLIND_WAIT_MS);
      return true;
    }, `${count()} blocked client(s) in INFO`);
  } finally {
    await observer.close();
  }
}

async function blockedClients(observer: Client): Promise<number | null> {
  const info = await observer.send('INFO', 'clients');
  const found = typeof info === 'string' && /blocked_clients:(\d+)/.exec(info);
  return found ? Number(found[1]) : null;
}

/**
 * Flushes all databases (a server that does not know FLUSHALL has none), when no client of an earlier test is blocked
 * any more.
 */
async function prepare({ host, port }: RunningServer): Promise<void> {
  if (!probed) await probe(host, port);
  if (!canFlush && !tellsBlocked) return;
  const opened = await Client.open(host, port);
  try {
    if (canFlush) await opened.send('FLUSHALL');
    if (tellsBlocked && (await blockedClients(opened)) === null) tellsBlocked = !JUDGES_FOREIGN;
    if (!tellsBlocked) return;
    await within(
      1_000,
      until(async () => ((await blockedClients(opened)) ?? 0) === 0, 'clients of earlier tests to go').catch(() => {}),
    );
  } finally {
    await opened.close();
  }
}

/** A command that the learner's server does not know is not sent again: the server may not even answer it. */
let canFlush = true;
let tellsBlocked = true;

/** Whether `probe` has found out what the learner's server does with a command that it does not know. */
let probed = !JUDGES_FOREIGN;

/**
 * Sends FLUSHALL and PING at once: when PONG is the first reply, the server has ignored FLUSHALL, and no test has to
 * wait for its reply.
 */
async function probe(host: string, port: number): Promise<void> {
  probed = true;
  const opened = await Client.open(host, port);
  const flushed = opened.send('FLUSHALL');
  opened.write(resp('PING'));
  const reply = await flushed.catch(() => null);
  await opened.close();
  const isPassedOver = reply instanceof Status && reply.text === 'PONG';
  if (isPassedOver) passesOverRequests();
  tellsBlocked = reply !== null && !isPassedOver;
  canFlush = tellsBlocked && !(reply instanceof RedisError && /unknown command/i.test(reply.message));
}

/** The version that the server under test gives in INFO; null where it gives none. */
async function redisVersion(): Promise<string | null> {
  const { host, port } = await sharedServer();
  const opened = await Client.open(host, port);
  try {
    const info = await opened.send('INFO', 'server');
    return (typeof info === 'string' && /redis_version:([\d.]+)/.exec(info)?.[1]) || null;
  } finally {
    await opened.close();
  }
}

/** Whether a version such as `7.0.15` is older than one such as `7.2`. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('.').map(Number));
  const at = b!.findIndex((part, i) => part !== (a![i] ?? 0));
  return at !== -1 && (a![at] ?? 0) < b![at]!;
}

function current(): Session {
  if (!session) throw new Error('only inside a test');
  return session;
}

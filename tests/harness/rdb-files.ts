import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, field, hex, littleEndian, rdbString, readFile, reusedServer, saved, until, type Client, type OwnServer } from './suite.ts';

/** Flags of a server without save points. */
export const NO_SAVE = ['--save', ''];
/** Save points that no test reaches. */
export const FAR = ['--save', '3600 1000000'];
export const STARTED = 'Background saving started';
export const BUSY = 'ERR Background save already in progress';
export const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. " +
  'Commands that may modify the data set are disabled, because this instance is configured to report errors ' +
  'during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). ' +
  'Please check the Redis logs for details about the RDB error.';

/** Changes since the last save. */
export const dirty = (c: Client) => field(c, 'rdb_changes_since_last_save');

/** Saves, kills the server (SIGKILL) and starts it again. */
export async function survive(s: OwnServer, c: Client): Promise<Client> {
  await c.expect('SAVE').ok();
  await s.kill();
  await s.restart();
  return s.client();
}

/** Waits until the server has ended. @returns how, such as `ended with exit code 0` */
export function ended(s: OwnServer): Promise<string> {
  return until(() => s.ended(), 'the end of the server') as Promise<string>;
}

/** So many keys, `key:0` and so on, each with its number. */
export async function fill(c: Client, count: number): Promise<void> {
  await c.expect('MSET', ...numbered(count, (at) => [`key:${at}`, String(at)])).ok();
}

/** What `make` makes of 0, 1, …, in one array. */
export function numbered(count: number, make: (at: number) => string[]): string[] {
  return Array.from({ length: count }, (_, at) => make(at)).flat();
}

/**
 * Makes each later save fail: puts a folder where the dump belongs. Even root cannot rename a file onto a folder.
 * @returns what removes the folder
 */
export function obstruct(s: OwnServer): () => void {
  const folder = join(s.dir, 'dump.rdb');
  mkdirSync(folder);
  return () => rmSync(folder, { recursive: true });
}

/** A server whose last BGSAVE failed. */
export interface Broken {
  s: OwnServer;
  c: Client;
  /** Removes what was in the way. */
  clear: () => void;
}

/** Runs `body` on a server with the key `k`, `v`, whose BGSAVE has just failed. */
export async function failed(flags: string[], body: (broken: Broken) => Promise<void>): Promise<void> {
  const s = await reusedServer(...flags);
  const c = await s.client();
  await c.expect('SET', 'k', 'v').ok();
  const clear = obstruct(s);
  await c.expect('BGSAVE').status(STARTED);
  await saved(c);
  expect(await field(c, 'rdb_last_bgsave_status')).toBe('err');
  try {
    await body({ s, c, clear });
  } finally {
    // A server that cannot save does not end at SIGTERM.
    rmSync(join(s.dir, 'dump.rdb'), { recursive: true, force: true });
    await c.send('SAVE');
  }
}

/** Expects each file to be refused with exit code 1 and the message, and left as it was; then a good file has to load. */
export async function refused(rows: [what: string, file: string, message: RegExp][]): Promise<void> {
  const s = await reusedServer(...NO_SAVE);
  const c = await s.client();
  await c.expect('SET', 'k', 'v').ok();
  await c.expect('SAVE').ok();
  const good = readFile(s, 'dump.rdb')!;
  await s.kill();
  for (const [what, file, message] of rows) {
    writeFileSync(join(s.dir, 'dump.rdb'), file, 'latin1');
    const ending = await s.restart().then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect([what, ending]).toEqual([what, expect.stringContaining('exit code 1 ')]);
    expect(ending).toMatch(message);
    expect(readFile(s, 'dump.rdb'), what).toBe(file);
  }
  writeFileSync(join(s.dir, 'dump.rdb'), good, 'latin1');
  await s.restart();
  await (await s.client()).expect('GET', 'k').bulk('v');
}

/** A string key in a dump, after its deadline if it has one. */
export function key(name: string, value: string, deadline = ''): string {
  return `${deadline}\0${rdbString(name)}${rdbString(value)}`;
}

/** The opcode of a deadline in ms, in front of a key. */
export const milliseconds = (time: number) => `\xfc${littleEndian(time, 8)}`;

/** What DUMP answers, without the version and the checksum. */
export async function valueOf(c: Client, name: string): Promise<string> {
  return String(await c.send('DUMP', name)).slice(0, -10);
}

/** What redis-server 7.0.15 saved: three strings, a list, a hash and a set of integers in database 0, a set in database 3. */
export const MADE_BY_REDIS = hex(
  '524544495330303130fa0972656469732d76657206372e302e3135fa0a72656469732d62697473c040fa056374696d65' +
    'c2a15c0d6bfa08757365642d6d656dc298d90f00fa08616f662d62617365c000fe00fb060100086772656574696e6705' +
    '68656c6c6f00056c61756768c30a2002686168e0120101686112057175657565010214140000000300856a6f622d3106' +
    'c12c02dff902fffc00d8c32cbb030000000479656172c1c0070b03696473140400000003000000010000000200000070' +
    '1101001004757365721b1b0000000400846e616d6505836164610484626f726e05c71702fffe03fb01000205776f7264' +
    '730201610162ffc2f4952fd883da1d',
);

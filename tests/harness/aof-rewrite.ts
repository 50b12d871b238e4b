import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AOF } from './aof-files.ts';
import { contents, expect, manifest, rewritten, until, type Client, type OwnServer } from './suite.ts';

/** What BGREWRITEAOF answers. */
export const STARTED = 'Background append only file rewriting started';
export const SCHEDULED = 'Background append only file rewriting scheduled';
export const PLAIN = [...AOF, '--aof-use-rdb-preamble', 'no'];
/** Flags of a server that takes 2,000 µs to save a key. */
export const SLOW = [...AOF, '--rdb-key-save-delay', '2000'];

/** The files in the folder for append-only files. */
export const folder = (s: OwnServer) => readdirSync(join(s.dir, 'appendonlydir')).sort();
/** The files that the manifest names. */
export const names = (s: OwnServer) => manifest(s).map((line) => line.split(' ')[1]!).sort();

/** The manifest of a folder with one base and one incremental file. */
export const pair = (seq: number, base = 'rdb') => [
  `file appendonly.aof.${seq}.base.${base} seq ${seq} type b`,
  `file appendonly.aof.${seq}.incr.aof seq ${seq} type i`,
];

/** So many keys, `key:0` and so on, each with its number. */
export async function fill(c: Client, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => c.send('SET', `key:${at}`, at)));
}

/** Adds 1 to the first keys, in one pipeline: all are changed before the save that is running ends. */
export async function increment(c: Client, count: number): Promise<void> {
  const replies = await Promise.all(Array.from({ length: count }, (_, at) => c.send('INCR', `key:${at}`)));
  expect(replies).toEqual(replies.map((_, at) => at + 1));
}

/** Rewrites, and waits until all that belongs to it is done. */
export async function rewrite(c: Client, s: OwnServer): Promise<void> {
  await c.expect('BGREWRITEAOF').status(STARTED);
  await rewritten(c);
  await tidy(s);
}

/** Waits until the folder holds only the manifest and the files that it names. */
export async function tidy(s: OwnServer): Promise<void> {
  await until(() => {
    const named = [...names(s), 'appendonly.aof.manifest'].sort();
    return !manifest(s).some((line) => line.endsWith('type h')) && folder(s).join() === named.join();
  }, 'the folder to hold only the manifest and the files it names, none of them of type h');
}

/** Kills the server (SIGKILL), starts it again and expects all data to be there. */
export async function survives(s: OwnServer, c: Client, databases = [0]): Promise<Client> {
  const before = await contents(c, databases);
  await s.kill();
  await s.restart();
  const after = await s.client();
  expect(await contents(after, databases)).toEqual(before);
  return after;
}

/** Keys of every type of the first seven stages, in two databases. */
export async function everyType(c: Client): Promise<void> {
  await c.expect('MSET', 'a', 'text', 'n', '-5', 'zz', 'z'.repeat(1_000), 'bin', '\0\r\n\xff', 'empty', '').ok();
  await c.expect('SET', 'timed', 'v', 'PXAT', Date.now() + 1_000_000).ok();
  await c.expect('RPUSH', 'l', ...Array.from({ length: 200 }, (_, at) => `element ${at}`)).int(200);
  await c.expect('SADD', 's', ...Array.from({ length: 150 }, (_, at) => `member ${at}`)).int(150);
  await c.expect('SADD', 'ints', '1', '-2', '70000').int(3);
  await c.expect('HSET', 'h', ...Array.from({ length: 150 }, (_, at) => [`f${at}`, `v${at}`]).flat()).int(150);
  await c.expect('EXPIRE', 'h', 5_000).int(1);
  for (let at = 1; at <= 100; at++) await c.expect('XADD', 'x', `${at}-1`, 'f', at, 'g', 'v').success();
  await c.expect('XDEL', 'x', '5-1', '100-1').int(2);
  await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
  await c.expect('XGROUP', 'CREATECONSUMER', 'x', 'g', 'idle').int(1);
  await c.expect('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 3, 'STREAMS', 'x', '>').success();
  await c.expect('XACK', 'x', 'g', '2-1').int(1);
  await c.expect('XADD', 'gone', 'MAXLEN', '0', '7-7', 'f', 'v').bulk('7-7');
  await c.expect('SELECT', 11).ok();
  await c.expect('SET', 'other', 'db').ok();
  await c.expect('SELECT', 0).ok();
}

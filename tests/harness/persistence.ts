import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Client } from './client.ts';
import { until } from './time.ts';

/** What a server that keeps its data on disk offers a test. */
interface Folder {
  readonly dir: string;
}

/** The fields of an INFO section: `loading` → `0`. */
export async function info(c: Client, section = 'persistence'): Promise<Record<string, string>> {
  const text = String(await c.send('INFO', section));
  return Object.fromEntries([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]));
}

/** One field of INFO persistence; '' when it isn't there. */
export async function field(c: Client, name: string): Promise<string> {
  return (await info(c))[name] ?? '';
}

/** Waits until no BGSAVE runs. */
export function saved(c: Client): Promise<unknown> {
  return until(async () => (await field(c, 'rdb_bgsave_in_progress')) === '0', 'INFO persistence to show rdb_bgsave_in_progress:0');
}

/** As `saved`, for a server that may have no BGSAVE yet: INFO without the field means that none runs. */
export function savedIfItCan(c: Client): Promise<unknown> {
  return until(async () => (await field(c, 'rdb_bgsave_in_progress')) !== '1', 'INFO persistence to show rdb_bgsave_in_progress:0');
}

/** Saves, where the server knows SAVE. @throws Error when it answers another error */
export async function saveIfItCan(c: Client): Promise<void> {
  const reply = await c.send('SAVE');
  if (reply instanceof ReplyError && !/unknown command/i.test(reply.message)) throw new Error(`SAVE between two tests: ${reply.message}`);
}

/** Waits until no AOF rewrite runs or waits to. */
export function rewritten(c: Client): Promise<unknown> {
  return until(async () => {
    const { aof_rewrite_in_progress, aof_rewrite_scheduled } = await info(c);
    return aof_rewrite_in_progress === '0' && aof_rewrite_scheduled === '0';
  }, 'INFO persistence to show aof_rewrite_in_progress:0 and aof_rewrite_scheduled:0');
}

/** A file in the server's folder, as a binary string; null when it isn't there. */
export function readFile({ dir }: Folder, ...path: string[]): string | null {
  const file = join(dir, ...path);
  return existsSync(file) ? readFileSync(file, 'latin1') : null;
}

/** The lines of an AOF manifest: `file NAME seq N type b|i|h`. */
export function manifest(folder: Folder, dir = 'appendonlydir', name = 'appendonly.aof'): string[] {
  return (readFile(folder, dir, `${name}.manifest`) ?? '').split('\n').filter((line) => line !== '');
}

/** The last incremental file of an append-only file, as a binary string. */
export function lastIncr(folder: Folder): string {
  // Redis 8 writes an offset after the type.
  const last = manifest(folder).findLast((line) => / type i( |$)/.test(line));
  const name = /^file (\S+)/.exec(last ?? '')?.[1];
  return name === undefined ? '' : (readFile(folder, 'appendonlydir', name) ?? '');
}

/** The requests in the last incremental file. */
export function logged(folder: Folder): string[][] {
  return parseAof(lastIncr(folder));
}

/** The requests of an append-only file, whole ones only. @throws Error for anything else */
export function parseAof(bytes: string): string[][] {
  const requests: string[][] = [];
  let at = 0;
  const line = (): string | null => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return null;
    const text = bytes.slice(at, end);
    at = end + 2;
    return text;
  };
  for (let head = line(); head !== null; head = line()) {
    if (head.startsWith('#')) continue;
    if (!/^\*\d+$/.test(head)) throw new Error(`no request at byte ${at}: ${head.slice(0, 60)}`);
    const request: string[] = [];
    for (let left = Number(head.slice(1)); left > 0; left--) {
      const length = line();
      if (length === null) return requests;
      if (!/^\$\d+$/.test(length)) throw new Error(`no length at byte ${at}: ${length.slice(0, 60)}`);
      const end = at + Number(length.slice(1));
      if (end + 2 > bytes.length) return requests;
      request.push(bytes.slice(at, end));
      at = end + 2;
    }
    requests.push(request);
  }
  return requests;
}

/** What one key holds. */
interface KeyState {
  type: string;
  /** When it expires, in ms since 1970; -1: never. */
  expires: Decoded;
  value: unknown;
}

/** Everything in these databases, to be compared with `toEqual`: `0:name` → type, deadline and value. */
export async function contents(c: Client, databases = [0]): Promise<Record<string, KeyState>> {
  const found: Record<string, KeyState> = {};
  for (const db of databases) {
    await c.expect('SELECT', db).ok();
    const keys = (await c.send('KEYS', '*')) as string[];
    const states = await Promise.all(keys.map((key) => keyState(c, key)));
    keys.forEach((key, at) => (found[`${db}:${key}`] = states[at]!));
  }
  await c.expect('SELECT', databases[0]!).ok();
  return found;
}

export const ALL_DATABASES = Array.from({ length: 16 }, (_, at) => at);

async function keyState(c: Client, key: string): Promise<KeyState> {
  const [type, expires] = await Promise.all([c.send('TYPE', key), c.send('PEXPIRETIME', key)]);
  const name = (type as { text: string }).text;
  return { type: name, expires, value: await valueOf(c, name, key) };
}

async function valueOf(c: Client, type: string, key: string): Promise<unknown> {
  if (type === 'string') return c.send('GET', key);
  if (type === 'list') return c.send('LRANGE', key, 0, -1);
  if (type === 'set') return ((await c.send('SMEMBERS', key)) as string[]).sort();
  if (type === 'hash') return pairs((await c.send('HGETALL', key)) as string[]);
  if (type === 'zset') return c.send('ZRANGE', key, 0, -1, 'WITHSCORES');
  if (type === 'stream') return streamFacts(await c.send('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0));
  throw new Error(`a value of type ${type}`);
}

/** Sorted field-value pairs. */
function pairs(flat: Decoded[]): Decoded[][] {
  const found = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]!]] : []));
  return found.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** The part of XINFO STREAM FULL that is data: how the stream is kept in memory, and when a consumer was last seen, are not. */
function streamFacts(reply: Decoded): unknown {
  if (!Array.isArray(reply)) return reply;
  const named = reply.length > 1 && reply.length % 2 === 0 && typeof reply[0] === 'string';
  if (!named || !STREAM_FIELDS.has(String(reply[0]))) return reply.map(streamFacts);
  return pairs(reply)
    .filter(([name]) => !/^(radix-tree|seen-|active-)/.test(String(name)))
    .map(([name, value]) => [name, streamFacts(value!)]);
}

/** The first fields of the maps in that reply: of the stream, of a group and of a consumer. */
const STREAM_FIELDS = new Set(['length', 'name']);

/** Redis's CRC-64 ("Jones", reflected, starting at 0) of a binary string: 8 bytes, lowest first. */
export function crc64(bytes: string): string {
  let crc = 0n;
  for (let at = 0; at < bytes.length; at++) {
    crc = TABLE[Number(crc & 0xffn) ^ bytes.charCodeAt(at)]! ^ (crc >> 8n);
  }
  return littleEndian(crc, 8);
}

const POLYNOMIAL = 0x95ac9329ac4bc9b5n;
const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
  return crc;
});

/** An integer in `size` bytes, lowest first. */
export function littleEndian(value: bigint | number, size: number): string {
  const bytes = Array.from({ length: size }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 0xffn));
  return String.fromCharCode(...bytes);
}

/** What DUMP answers for a value: a type byte and the value, the RDB version in two bytes, the checksum. */
export function payload(value: string, version = 10): string {
  const body = value + littleEndian(version, 2);
  return body + crc64(body);
}

/** A dump file around these opcodes and keys. */
export function rdbFile(content: string, { version = '0010', checksum = true } = {}): string {
  const body = `REDIS${version}${content}\xff`;
  return body + (checksum ? crc64(body) : '\0'.repeat(8));
}

/** A string in a dump: its length in one byte (under 64) or two (under 16384), and its bytes. */
export function rdbString(text: string): string {
  const { length } = text;
  const head = length < 64 ? [length] : [0x40 | (length >> 8), length & 255];
  return String.fromCharCode(...head) + text;
}

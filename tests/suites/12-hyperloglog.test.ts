import { createHash } from 'node:crypto';
import { client, contents, describe, expect, hex, logged, server, test, type Client } from '../harness/suite.ts';
import { syncedReplica, streamedFor } from '../harness/replication.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const INVALID = 'WRONGTYPE Key is not a valid HyperLogLog string value.';
const CORRUPTED = 'INVALIDOBJ Corrupted HLL object detected';

const DENSE_BYTES = 12_304;
const HEADER = `HYLL\x01${'\0'.repeat(11)}`;
/** The header of a sparse HyperLogLog that holds no estimate. */
const ADDED = `HYLL\x01${'\0'.repeat(10)}\x80`;
/** One run of 16,384 zeros. */
const EMPTY = `${ADDED}\x7f\xff`;

const elements = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `element:${from + i}`);

async function addMany(c: Client, key: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1000) await c.send('PFADD', key, ...elements(from, Math.min(count, from + 1000)));
}

describe('PFADD', () => {
  test('says whether the estimate may be another one now', async () => {
    const c = await client();
    await c.expect('PFADD', 'h', 'a', 'b', 'c').int(1);
    await c.expect('PFADD', 'h', 'a', 'b', 'c').int(0);
    await c.expect('PFADD', 'h', 'd').int(1);
    await c.expect('PFCOUNT', 'h').int(4);
    await c.expect('PFADD', 'h').int(0);
  });

  test('makes a key without elements', async () => {
    const c = await client();
    await c.expect('PFADD', 'h').int(1);
    await c.expect('GET', 'h').bulk(EMPTY);
    await c.expect('PFADD', 'h').int(0);
    await c.expect('PFCOUNT', 'h').int(0);
    await c.expect('GET', 'h').bulk(`${HEADER}\x7f\xff`);
  });

  test('the bytes are those of Redis: a hash of the element, and runs of registers', async () => {
    const c = await client();
    await c.expect('PFADD', 'h', 'a').int(1);
    await c.expect('GET', 'h').bulk(`${ADDED}q\xa6\x84NW`);
    await c.expect('PFADD', 'h', '', 'hello', '\xff\0\x80 and more than eight bytes', 'twelve bytes').int(1);
    await c.expect('GET', 'h').bulk(ADDED + hex('57 31 84 4c cc 80 42 ad 80 43 f5 84 46 ff 84 4e 57'));
  });

  test('so they are after many elements, when neighbours have the same rank', async () => {
    const c = await client();
    await addMany(c, 'h', 900);
    await c.expect('PFADD', 'h', '8 bytes.', 'sixteen bytes...').int(1);
    const digest = (value: unknown) => createHash('sha1').update(String(value), 'latin1').digest('hex');
    await c.expect('STRLEN', 'h').int(1740);
    await c.expect('GET', 'h').matches((value) => digest(value) === '73c92a2cecd7d3de098c9883982ded8278f1f085', 'the bytes that Redis has, by their digest');
  });

  test('a value that is a string, but no HyperLogLog', async () => {
    const c = await client();
    for (const value of ['', 'x', '12', 'HYLL', `HYLL\x02${'\0'.repeat(11)}\x7f\xff`, `HYLL\0${'\0'.repeat(11)}\x7f\xff`, `hyll\x01${'\0'.repeat(11)}\x7f\xff`]) {
      await c.expect('SET', 'k', value).ok();
      await c.expect('PFADD', 'k', 'a').error(INVALID);
      await c.expect('PFCOUNT', 'k').error(INVALID);
      await c.expect('PFCOUNT', 'nosuch', 'k').error(INVALID);
      await c.expect('PFMERGE', 'd', 'k').error(INVALID);
      await c.expect('PFMERGE', 'k').error(INVALID);
    }
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('PFADD', 'l', 'a').error(WRONGTYPE);
    await c.expect('PFCOUNT', 'l').error(WRONGTYPE);
    await c.expect('PFMERGE', 'd', 'l').error(WRONGTYPE);
  });

  test('a damaged one is an error, not a crash', async () => {
    const c = await client();
    await c.expect('SET', 'short', `${ADDED}\0`).ok();
    await c.expect('PFADD', 'short', 'a').error(CORRUPTED);
    await c.expect('PFCOUNT', 'short').error(CORRUPTED);
    await c.expect('PFCOUNT', 'short', 'nosuch').error(CORRUPTED);
    await c.expect('PFMERGE', 'd', 'short').error(CORRUPTED);
    await c.expect('EXISTS', 'd').int(0);
    await c.expect('SET', 'long', `${ADDED}\x7f\xff\x83`).ok();
    await c.expect('PFCOUNT', 'long').error(CORRUPTED);
    await c.expect('PING').status('PONG');
  });

  test('becomes dense when it would be too long, or when a register needs more than 32', async () => {
    const c = await client();
    await c.expect('CONFIG', 'SET', 'hll-sparse-max-bytes', '100').ok();
    await c.expect('PFADD', 'h', ...elements(0, 20)).int(1);
    await c.expect('GETRANGE', 'h', '4', '4').bulk('\x01');
    await c.expect('PFADD', 'h', ...elements(20, 60)).int(1);
    await c.expect('GETRANGE', 'h', '4', '4').bulk('\0');
    await c.expect('STRLEN', 'h').int(DENSE_BYTES);
    await c.expect('PFCOUNT', 'h').int(60);
    await c.expect('CONFIG', 'SET', 'hll-sparse-max-bytes', '3kb').ok();
    await c.expect('CONFIG', 'GET', 'hll-sparse-max-bytes').array(['hll-sparse-max-bytes', '3072']);
    await c.expect('CONFIG', 'SET', 'hll-sparse-max-bytes', '3000').ok();
  });
});

describe('PFCOUNT', () => {
  test('stays near the truth, the same as Redis to the last digit', async () => {
    const c = await client();
    const counted = new Map([[10, 10], [100, 99], [1_000, 997], [5_000, 5_005], [20_000, 19_986]]);
    for (const [count, estimate] of counted) {
      await addMany(c, 'h', count);
      await c.expect('PFCOUNT', 'h').int(estimate);
    }
  });

  test('of several keys is that of all together, and keeps nothing', async () => {
    const c = await client();
    await c.expect('PFADD', 'a', ...elements(0, 50)).int(1);
    await c.expect('PFADD', 'b', ...elements(25, 75)).int(1);
    await c.expect('PFCOUNT', 'a', 'b', 'nosuch').int(74);
    await c.expect('PFCOUNT', 'nosuch', 'other').int(0);
    await c.expect('PFCOUNT', 'nosuch').int(0);
    await c.expect('GETRANGE', 'a', '15', '15').bulk('\x80');
  });

  test('keeps the estimate in the value until something is added', async () => {
    const c = await client();
    await c.expect('PFADD', 'h', ...elements(0, 3)).int(1);
    await c.expect('PFCOUNT', 'h').int(3);
    await c.expect('GETRANGE', 'h', '8', '15').bulk('\x03\0\0\0\0\0\0\0');
    // Redis believes whatever estimate is stored there.
    await c.expect('SETRANGE', 'h', '8', '\x07').matches(() => {}, 'a length');
    await c.expect('PFCOUNT', 'h').int(7);
    await c.expect('PFADD', 'h', 'x').int(1);
    await c.expect('PFCOUNT', 'h').int(4);
  });
});

describe('PFMERGE', () => {
  test('into a new key, and into one of them', async () => {
    const c = await client();
    await c.expect('PFADD', 'a', ...elements(0, 50)).int(1);
    await c.expect('PFADD', 'b', ...elements(25, 75)).int(1);
    await c.expect('PFMERGE', 'd', 'a', 'b', 'nosuch').ok();
    await c.expect('PFCOUNT', 'd').int(74);
    await c.expect('PFMERGE', 'a', 'b').ok();
    await c.expect('PFCOUNT', 'a').int(74);
    await c.expect('PFMERGE', 'e').ok();
    await c.expect('GET', 'e').bulk(EMPTY);
    const registers = (await c.send('GETRANGE', 'a', '16', '-1')) as string;
    await c.expect('GETRANGE', 'd', '16', '-1').bulk(registers);
  });

  test('is dense if one of them is', async () => {
    const c = await client();
    await addMany(c, 'dense', 3_000);
    await c.expect('STRLEN', 'dense').int(DENSE_BYTES);
    await c.expect('PFADD', 'sparse', 'x').int(1);
    await c.expect('PFMERGE', 'sparse', 'dense').ok();
    await c.expect('STRLEN', 'sparse').int(DENSE_BYTES);
    await c.expect('PFMERGE', 'dense', 'nosuch').ok();
    await c.expect('STRLEN', 'dense').int(DENSE_BYTES);
  });
});

describe('together with everything else', () => {
  test('replicas and the log get PFCOUNT where it has changed the value', async () => {
    const replica = await syncedReplica();
    const sent = ['PFADD h a', 'PFADD h a', 'PFCOUNT h', 'PFCOUNT h', 'PFCOUNT h nosuch', 'PFMERGE d h', 'PFADD h b', 'PFCOUNT h'];
    expect(await streamedFor(replica, ...sent)).toEqual(['PFADD h a', 'PFCOUNT h', 'PFMERGE d h', 'PFADD h b', 'PFCOUNT h']);
  });

  test('the log, and a restart, for both forms', async () => {
    const s = await server('--save', '', '--appendonly', 'yes');
    const c = await s.client();
    await c.expect('PFADD', 'sparse', 'a', 'b').int(1);
    await addMany(c, 'dense', 3_000);
    await c.send('PFCOUNT', 'dense');
    await c.expect('PFMERGE', 'merged', 'sparse', 'dense').ok();
    const before = await contents(c, [0]);
    expect(new Set(logged(s).map(([name]) => name!.toUpperCase()))).toEqual(new Set(['SELECT', 'PFADD', 'PFCOUNT', 'PFMERGE']));
    await s.restart();
    expect(await contents(await s.client(), [0])).toEqual(before);
  });

  test('DUMP and RESTORE', async () => {
    const c = await client();
    await addMany(c, 'h', 3_000);
    const estimate = (await c.send('PFCOUNT', 'h')) as number;
    const payload = (await c.send('DUMP', 'h')) as string;
    await c.expect('RESTORE', 'copy', '0', payload).ok();
    await c.expect('PFCOUNT', 'copy').int(estimate);
    await c.expect('PFADD', 'copy', ...elements(0, 100)).int(0);
  });

  test('WATCH sees a PFCOUNT that changes the value, and none that does not', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('PFADD', 'h', 'a').int(1);
    await c.expect('WATCH', 'h').ok();
    await other.expect('PFCOUNT', 'h').int(1);
    await c.expect('MULTI').ok();
    await c.expect('PFCOUNT', 'h').status('QUEUED');
    await c.expect('EXEC').nilArray();
    await c.expect('WATCH', 'h').ok();
    await other.expect('PFCOUNT', 'h').int(1);
    await c.expect('MULTI').ok();
    await c.expect('PFCOUNT', 'h').status('QUEUED');
    await c.expect('EXEC').array([1]);
  });

  test('OBJECT ENCODING', async () => {
    const c = await client();
    await c.expect('PFADD', 'h', 'a').int(1);
    await c.expect('OBJECT', 'ENCODING', 'h').bulk('raw');
    await c.expect('SET', 'k', `${HEADER}\x7f\xff`).ok();
    await c.expect('OBJECT', 'ENCODING', 'k').bulk('embstr');
    await c.expect('PFCOUNT', 'k').int(0);
    await c.expect('OBJECT', 'ENCODING', 'k').bulk('raw');
  });
});

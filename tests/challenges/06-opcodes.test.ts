import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, items, littleEndian, rdbFile, rdbString, readFile, reusedServer, test, type Client } from '../harness/suite.ts';

/** The challenge of chapter 06: DEBUG OPCODES says what the dump file consists of. Redis has no such subcommand. */

const FLAGS = ['--save', '', '--enable-debug-command', 'yes'];

/** A server with this dump in its folder, which it has not loaded. */
async function withDump(file: string): Promise<Client> {
  const s = await reusedServer(...FLAGS);
  writeFileSync(join(s.dir, 'dump.rdb'), file, 'latin1');
  return s.client();
}

const string = (key: string, value: string) => `\0${rdbString(key)}${rdbString(value)}`;

describe('DEBUG OPCODES', () => {
  test('lists the parts of a file, each with its offset', async () => {
    const c = await withDump(
      rdbFile(
        `\xfa${rdbString('ctime')}${rdbString('7')}\xfe\0\xfb\x02\x01${string('a', 'hello')}` +
          `\xfc${littleEndian(4_102_444_800_000, 8)}${string('b', '')}\xfe\x03${string('c', 'x')}`,
      ),
    );
    await c.expect('DEBUG', 'OPCODES').array([
      '0 REDIS 10',
      '9 AUX ctime 7',
      '18 SELECTDB 0',
      '20 RESIZEDB 2 1',
      '23 STRING a',
      '32 EXPIRETIME_MS 4102444800000',
      '41 STRING b',
      '45 SELECTDB 3',
      '47 STRING c',
      '52 EOF',
    ]);
  });

  test('knows the other opcodes in front of a key', async () => {
    const c = await withDump(rdbFile(`\xfe\0\xfd${littleEndian(9, 4)}\xf9\x05${string('a', '1')}\xf8\x40\x64${string('b', '2')}`));
    const parts = ['0 REDIS 10', '9 SELECTDB 0', '11 EXPIRETIME 9', '16 FREQ 5', '18 STRING a', '23 IDLE 100', '26 STRING b', '31 EOF'];
    await c.expect('debug', 'opcodes').array(parts);
  });

  test('walks over values of all types, packed and plain, small and large', async () => {
    const s = await reusedServer(...FLAGS);
    const c = await s.client();
    await c.expect('RPUSH', 'small-list', 'a', '300').int(2);
    await c.expect('RPUSH', 'large-list', ...Array.from({ length: 3_000 }, (_, at) => `element ${at}`)).int(3_000);
    await c.expect('HSET', 'hash', 'f', 'v').int(1);
    await c.expect('SADD', 'set', '1', '2').int(2);
    await c.expect('XADD', 'stream', '1-1', 'f', 'v').bulk('1-1');
    await c.expect('SET', 'text', 'ha'.repeat(500)).ok();
    await c.expect('SAVE').ok();
    const parts = items(await c.send('DEBUG', 'OPCODES')).map(String);
    const named = Object.fromEntries(parts.map((part) => [part.split(' ')[2] ?? '', part.split(' ')[1]]));
    expect(named).toMatchObject({ hash: 'HASH_LISTPACK', set: 'SET_INTSET', text: 'STRING', 'large-list': 'LIST' });
    expect(named).toMatchObject({ 'small-list': 'LIST_QUICKLIST_2', stream: expect.stringMatching(/^STREAM_LISTPACKS/) });
    expect(parts.at(-1)).toBe(`${readFile(s, 'dump.rdb')!.length - 9} EOF`);
  });

  test('reads the file, not the memory, and leaves the memory as it is', async () => {
    const c = await withDump(rdbFile(`\xfe\0${string('on-disk', '1')}`));
    await c.expect('SET', 'in-memory', '1').ok();
    const parts = ['0 REDIS 10', '9 SELECTDB 0', '11 STRING on-disk', '22 EOF'];
    await c.expect('DEBUG', 'OPCODES').array(parts);
    await c.expect('KEYS', '*').array(['in-memory']);
  });

  test('says at which offset a file is damaged, and the server lives on', async () => {
    const whole = rdbFile(`\xfe\0${string('name', 'value')}`);
    const damaged = [
      [`REDIX${whole.slice(5)}`, /^ERR .*\b0\b/],
      [whole.slice(0, 17), /^ERR .*\b17\b/],
      [whole.replace('value', 'valve'), /^ERR .*\d/],
      [rdbFile(`\xfe\0\x63${rdbString('a')}`), /^ERR .*\b1[12]\b/],
    ] as const;
    for (const [file, error] of damaged) await (await withDump(file)).expect('DEBUG', 'OPCODES').errorLike(error);
    await (await withDump(whole)).expect('DEBUG', 'OPCODES').array(['0 REDIS 10', '9 SELECTDB 0', '11 STRING name', '23 EOF']);
  });

  test('without a file is an error', async () => {
    const c = await (await reusedServer(...FLAGS)).client();
    await c.expect('DEBUG', 'OPCODES').error('ERR No such file');
  });
});

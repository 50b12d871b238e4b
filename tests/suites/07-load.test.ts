import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contents, describe, expect, info, littleEndian, logged, manifest, rdbFile } from '../harness/suite.ts';
import { readFile, resp, reusedServer, rewritten, server, test, until } from '../harness/suite.ts';
import { type Client, type OwnServer } from '../harness/suite.ts';

const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
const MANIFEST = 'appendonly.aof.manifest';
const INCR = 'appendonly.aof.1.incr.aof';
const FIRST = ['file appendonly.aof.1.base.rdb seq 1 type b', `file ${INCR} seq 1 type i`];
const BASE = rdbFile('\xfe\0\0\x04base\x041234');

/** Pulls the plug and starts again. */
async function survive(s: OwnServer): Promise<Client> {
  await s.kill();
  await s.restart();
  return s.client();
}

/** A server that has been killed, with these files in its folder for append-only files. */
async function prepared(files: Record<string, string>): Promise<OwnServer> {
  const s = await reusedServer(...AOF);
  await s.kill();
  place(s, files);
  return s;
}

function place(s: OwnServer, files: Record<string, string>): void {
  const dir = join(s.dir, 'appendonlydir');
  rmSync(dir, { recursive: true });
  mkdirSync(dir);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes, 'latin1');
}

/** A folder as a server leaves it: a base with `base`, and these requests behind it. */
function written(...requests: string[][]): Record<string, string> {
  const log = [['SELECT', '0'], ...requests].map((request) => resp(...request)).join('');
  return { 'appendonly.aof.1.base.rdb': BASE, [INCR]: log, [MANIFEST]: `${FIRST.join('\n')}\n` };
}

const SETS = Array.from({ length: 5 }, (_, at) => ['SET', `k${at}`, `v${at}`]);

/** Starts on each of the folders: exit code 1, the message, the files as they were. */
async function refused(rows: [what: string, files: Record<string, string>, message: RegExp][], ...flags: string[]) {
  const s = await prepared({});
  for (const [what, files, message] of rows) {
    place(s, files);
    const ending = await s.restart(...AOF, ...flags).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect([what, ending]).toEqual([what, expect.stringContaining('exit code 1 ')]);
    expect([what, ending]).toEqual([what, expect.stringMatching(message)]);
    for (const [name, bytes] of Object.entries(files)) expect(readFile(s, 'appendonlydir', name), what).toBe(bytes);
  }
  place(s, written());
  await s.restart(...AOF);
  await (await s.client()).expect('GET', 'base').bulk('1234');
}

describe('DEBUG LOADAOF', () => {
  test('empties the server and loads the files', async () => {
    const s = await reusedServer(...AOF, '--appendfsync', 'no', '--enable-debug-command', 'yes');
    const c = await s.client();
    await c.expect('MSET', 'a', '1', 'b', '2').ok();
    await c.expect('EXPIRE', 'b', 1_000).int(1);
    await c.expect('SADD', 's', 'a', 'b', 'c').int(3);
    await c.expect('SPOP', 's', 2).success();
    const before = await contents(c);
    await c.expect('DEBUG', 'LOADAOF').ok();
    expect(await contents(c)).toEqual(before);
    await c.expect('INCR', 'a').int(2);
    await (await survive(s)).expect('GET', 'a').bulk('2');
  });
});

describe('while the files are loaded', () => {
  test('clients are told so', async () => {
    const s = await server(...AOF, '--key-load-delay', '200');
    const c = await s.client();
    for (let at = 0; at < 4_000; at++) c.sendLater('SET', `k${at}`, at);
    await c.expect('DBSIZE').int(4_000);
    await until(() => logged(s).length === 4_001, 'the requests in the file');
    await s.kill();
    await s.restartLoading();
    const during = await s.client();
    const [facts, reply] = await Promise.all([info(during), during.send('GET', 'k1')]);
    expect(reply).toMatchObject({ message: 'LOADING Redis is loading the dataset in memory' });
    expect(facts).toMatchObject({ loading: '1', loading_total_bytes: expect.stringMatching(/^\d{5,}$/) });
    await until(async () => (await info(during))['loading'] === '0', 'the end of loading');
    await during.expect('DBSIZE').int(4_000);
  });
});

describe('a folder that is there', () => {
  test('base, several incremental files, and comments in the manifest', async () => {
    const s = await prepared({
      'appendonly.aof.4.base.rdb': BASE,
      'appendonly.aof.7.incr.aof': resp('SELECT', '0') + resp('SET', 'a', '1') + resp('RPUSH', 'l', 'x'),
      'appendonly.aof.8.incr.aof': resp('SELECT', '3') + resp('SET', 'b', '2'),
      'appendonly.aof.9.incr.aof': '',
      [MANIFEST]:
        '# a comment\nfile appendonly.aof.4.base.rdb seq 4 type b\nfile appendonly.aof.7.incr.aof seq 7 type i\n' +
        'file appendonly.aof.8.incr.aof seq 8 type i\nfile appendonly.aof.9.incr.aof seq 9 type i\n',
    });
    await s.restart();
    const c = await s.client();
    await c.expect('MGET', 'base', 'a').array(['1234', '1']);
    await c.expect('LRANGE', 'l', 0, -1).array(['x']);
    await c.expect('SELECT', 3).ok();
    await c.expect('GET', 'b').bulk('2');
    await c.expect('SET', 'new', '1').ok();
    await until(() => logged(s).length === 2, 'the request in the last file');
    expect(logged(s)).toEqual([['SELECT', '3'], ['SET', 'new', '1']]);
  });

  test('history in the manifest is not loaded, and removed', async () => {
    const old = 'appendonly.aof.1.incr.aof';
    const lines = ['file appendonly.aof.2.base.rdb seq 2 type b', 'file appendonly.aof.2.incr.aof seq 2 type i'];
    const s = await prepared({
      'appendonly.aof.2.base.rdb': BASE,
      'appendonly.aof.2.incr.aof': resp('SELECT', '0') + resp('SET', 'a', '1'),
      [old]: resp('SELECT', '0') + resp('SET', 'old', '1'),
      [MANIFEST]: `${lines[0]}\nfile ${old} seq 1 type h\n${lines[1]}\n`,
    });
    await s.restart();
    await (await s.client()).expect('MGET', 'base', 'a', 'old').array(['1234', '1', null]);
    await until(() => readFile(s, 'appendonlydir', old) === null, 'the old file to go');
    expect(manifest(s)).toEqual(lines);
  });

  test('timestamps between the requests are passed over', async () => {
    const files = written(['SET', 'a', '1']);
    const later = `#TS:1700000001\r\n${resp('SET', 'b', '2')}`;
    const s = await prepared({ ...files, [INCR]: `#TS:1700000000\r\n${files[INCR]}${later}` });
    await s.restart();
    await (await s.client()).expect('MGET', 'a', 'b').array(['1', '2']);
  });

  test('deadlines, transactions and other databases in it', async () => {
    const deadline = Date.now() + 100_000;
    const s = await prepared(
      written(
        ['MULTI'],
        ['SET', 'a', '1', 'PXAT', String(deadline)],
        ['SELECT', '5'],
        ['RPUSH', 'l', 'x', 'y'],
        ['EXEC'],
        ['LPOP', 'l'],
        ['SET', 'dead', 'v', 'PXAT', '1'],
        ['SELECT', '0'],
        ['SET', 'b', '2'],
        ['PEXPIREAT', 'b', String(deadline)],
      ),
    );
    await s.restart();
    const c = await s.client();
    await c.expect('PEXPIRETIME', 'a').int(deadline);
    await c.expect('PEXPIRETIME', 'b').int(deadline);
    await c.expect('SELECT', 5).ok();
    await c.expect('LRANGE', 'l', 0, -1).array(['y']);
    await c.expect('EXISTS', 'dead').int(0);
  });

  test('an append-only file from before Redis 7 is taken into the folder', async () => {
    const s = await prepared({});
    rmSync(join(s.dir, 'appendonlydir'), { recursive: true });
    const plain = resp('SELECT', '0') + resp('SET', 'a', '1');
    writeFileSync(join(s.dir, 'appendonly.aof'), plain);
    await s.restart();
    const c = await s.client();
    await c.expect('GET', 'a').bulk('1');
    expect(readdirSync(s.dir)).toEqual(['appendonlydir']);
    expect(manifest(s)).toEqual(['file appendonly.aof seq 1 type b', FIRST[1]]);
    expect(readFile(s, 'appendonlydir', 'appendonly.aof')).toBe(plain);
    await c.expect('SET', 'b', '2').ok();
    await until(() => logged(s).length === 2, 'the request in the file');
    const after = await survive(s);
    await after.expect('MGET', 'a', 'b').array(['1', '2']);
    await after.expect('BGREWRITEAOF').success();
    await rewritten(after);
    await until(() => readFile(s, 'appendonlydir', 'appendonly.aof') === null, 'the old file to go');
  });

  test('and so is one that starts with a dump', async () => {
    const s = await prepared({});
    rmSync(join(s.dir, 'appendonlydir'), { recursive: true });
    const aux = '\xfa\x08aof-base\xc0\x01';
    const dump = rdbFile(`${aux}\xfe\0\0\x04base\xc2${littleEndian(70_000, 4)}`);
    writeFileSync(join(s.dir, 'appendonly.aof'), dump + resp('INCR', 'base'), 'latin1');
    await s.restart();
    await (await s.client()).expect('GET', 'base').bulk('70001');
  });
});

describe('a torn end', () => {
  test('is cut off, and the rest is loaded', async () => {
    const files = written(...SETS);
    const whole = files[INCR]!;
    const last = resp(...SETS.at(-1)!).length;
    for (const cut of [1, last - 1]) {
      const s = await prepared({ ...files, [INCR]: whole.slice(0, -cut) });
      await s.restart();
      const c = await s.client();
      await c.expect('MGET', 'k3', 'k4').array(['v3', null]);
      expect(readFile(s, 'appendonlydir', INCR)).toBe(whole.slice(0, -last));
      expect(s.output()).toMatch(/truncat/i);
      await c.expect('SET', 'k4', 'new').ok();
      await until(() => logged(s).at(-1)?.[1] === 'k4', 'the request in the file');
    }
  });

  test('inside a transaction: none of it is loaded', async () => {
    const files = written(...SETS);
    const unit = resp('MULTI') + resp('SET', 'k1', 'changed') + resp('DEL', 'k2') + resp('EXEC');
    const s = await prepared({ ...files, [INCR]: `${files[INCR]}${unit.slice(0, -3)}` });
    await s.restart();
    await (await s.client()).expect('MGET', 'k1', 'k2').array(['v1', 'v2']);
    // Redis cuts off what is torn; to cut off its MULTI as well is safer, since more will be appended.
    expect(readFile(s, 'appendonlydir', INCR)!.startsWith(files[INCR]!)).toBe(true);
  });

  test('a transaction without its EXEC is not loaded either', async () => {
    const files = written(...SETS);
    const s = await prepared({ ...files, [INCR]: `${files[INCR]}${resp('MULTI')}${resp('SET', 'k1', 'changed')}` });
    await s.restart();
    await (await s.client()).expect('GET', 'k1').bulk('v1');
    expect(readFile(s, 'appendonlydir', INCR)).toBe(files[INCR]);
  });

  test('is refused with aof-load-truncated no', async () => {
    const files = written(...SETS);
    const torn = { ...files, [INCR]: files[INCR]!.slice(0, -3) };
    await refused([['torn', torn, /unexpected end of file|truncated/i]], '--aof-load-truncated', 'no');
  });
});

describe('a folder that cannot be loaded', () => {
  const files = written(...SETS);
  const base = 'appendonly.aof.1.base.rdb';
  const without = (name: string) => Object.fromEntries(Object.entries(files).filter(([key]) => key !== name));

  test('with damage in the middle', () =>
    refused([
      ['a length', { ...files, [INCR]: files[INCR]!.replace('$2\r\nk1', '$x\r\nk1') }, /format|malformed|offset/i],
      ['a command', { ...files, [INCR]: files[INCR]!.replace('SET', 'SEX') }, /unknown command.*SEX/i],
      ['rubbish at the end', { ...files, [INCR]: `${files[INCR]}rubbish\r\n` }, /format|malformed|offset/i],
    ]));

  test('without a file that the manifest names', () =>
    refused([
      ['base', without(base), /1\.base\.rdb/],
      ['incr', without(INCR), /1\.incr\.aof/],
    ]));

  test('with a base that is cut short', () =>
    refused([['base', { ...files, [base]: BASE.slice(0, -3) }, /rdb|eof|short|truncated/i]]));

  test('with a manifest that is none', () =>
    refused([
      ['empty', { ...files, [MANIFEST]: '' }, /manifest/i],
      ['a path', { ...files, [MANIFEST]: `file ../x seq 1 type b\n${FIRST[1]}\n` }, /manifest/i],
      ['sequence', { ...files, [MANIFEST]: `${FIRST.join('\n')}\n${FIRST[1]}\n` }, /manifest|seq/i],
    ]));
});

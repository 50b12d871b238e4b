import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contents, describe, expect, info, littleEndian, logged, manifest, rdbFile } from '../harness/suite.ts';
import { readFile, resp, reusedServer, rewritten, server, test, until } from '../harness/suite.ts';
import { AOF, BASE, FIRST, INCR, MANIFEST, prepared, refused, SETS, survive, written } from '../harness/aof-files.ts';

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
  test('clients get an error that says so', async () => {
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

  test('files that no manifest names are not loaded, and stay as they are', async () => {
    // A base is numbered higher than the commands where rewrites went on while the append-only file was off.
    const lost = {
      'appendonly.aof.5.base.rdb': BASE,
      'appendonly.aof.4.incr.aof': resp('SELECT', '0') + resp('SET', 'lost', '1'),
    };
    const s = await prepared(lost);
    await s.restart();
    const c = await s.client();
    await c.expect('DBSIZE').int(0);
    await c.expect('SET', 'new', '1').ok();
    await (await survive(s)).expect('MGET', 'base', 'lost', 'new').array([null, null, '1']);
    for (const [name, bytes] of Object.entries(lost)) expect(readFile(s, 'appendonlydir', name), name).toBe(bytes);
  });
});

describe('a torn end', () => {
  test('a transaction without its EXEC is not loaded either', async () => {
    const files = written(...SETS);
    const s = await prepared({ ...files, [INCR]: `${files[INCR]}${resp('MULTI')}${resp('SET', 'k1', 'changed')}` });
    await s.restart();
    await (await s.client()).expect('GET', 'k1').bulk('v1');
    expect(readFile(s, 'appendonlydir', INCR)).toBe(files[INCR]);
  });
});

describe('a folder that cannot be loaded', () => {
  const files = written(...SETS);
  const base = 'appendonly.aof.1.base.rdb';

  test('with a base that is cut short: redis-check-aof is no help', async () => {
    await refused([['a torn base', { ...files, [base]: BASE.slice(0, -3) }, /^(?![^]*redis-check-aof)[^]*(rdb|eof|short|truncated)/i]]);
  });

  test('with a request that is none: redis-check-aof can cut it off', async () => {
    await refused([['a request that is none', { ...files, [INCR]: `${files[INCR]}xyz\r\n` }, /redis-check-aof --fix/]]);
  });

  test('with a manifest that is none', async () => {
    await refused([
      ['an empty manifest', { ...files, [MANIFEST]: '' }, /manifest/i],
      ['a path in the manifest', { ...files, [MANIFEST]: `file ../x seq 1 type b\n${FIRST[1]}\n` }, /manifest/i],
      ['an increment named twice', { ...files, [MANIFEST]: `${FIRST.join('\n')}\n${FIRST[1]}\n` }, /manifest|seq/i],
    ]);
  });
});

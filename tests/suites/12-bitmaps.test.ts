import { client, contents, describe, expect, hex, info, logged, onlyIf, resp, server, target, test, until } from '../harness/suite.ts';
import { syncedReplica, streamedFor } from '../harness/replication.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const OFFSET = 'ERR bit offset is not an integer or out of range';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';

describe('SETBIT, GETBIT', () => {
  test('bit 0 is the upper one of the first byte, and the string grows', async () => {
    const c = await client();
    await c.expect('SETBIT', 'k', '7', '1').int(0);
    await c.expect('GET', 'k').bulk('\x01');
    await c.expect('SETBIT', 'k', '17', '1').int(0);
    await c.expect('GET', 'k').bulk('\x01\0\x40');
    await c.expect('SETBIT', 'k', '7', '0').int(1);
    await c.expect('GETBIT', 'k', '7').int(0);
    await c.expect('GETBIT', 'k', '17').int(1);
    await c.expect('GETBIT', 'k', '1000').int(0);
    await c.expect('GETBIT', 'nosuch', '1').int(0);
    await c.expect('OBJECT', 'ENCODING', 'k').bulk('raw');
  });

  test('of a number, and of a value that is being sent', async () => {
    const c = await client();
    await c.expect('SET', 'n', '12').ok();
    await c.expect('SETBIT', 'n', '7', '1').int(1);
    await c.expect('SETBIT', 'n', '6', '1').int(0);
    await c.expect('GET', 'n').bulk('32');
    const long = 'x'.repeat(40_000);
    await c.expect('SET', 'long', long).ok();
    await c.expect('APPEND', 'long', 'x').int(40_001);
    c.write(resp('GET', 'long') + resp('SETBIT', 'long', '2', '0') + resp('GETRANGE', 'long', '0', '1'));
    await c.receive().bulk(`${long}x`);
    await c.receive().int(1);
    await c.receive().bulk('Xx');
  });

  test('wrong arguments', async () => {
    const c = await client();
    for (const offset of ['-1', 'x', '', '4294967296', '9223372036854775808', '#1']) {
      await c.expect('SETBIT', 'k', offset, '1').error(OFFSET);
      await c.expect('GETBIT', 'k', offset).error(OFFSET);
    }
    for (const bit of ['2', '-1', 'x', '']) await c.expect('SETBIT', 'k', '1', bit).error('ERR bit is not an integer or out of range');
    await c.expect('GETBIT', 'k', '4294967295').int(0);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('SETBIT', 'l', '1', '1').error(WRONGTYPE);
    await c.expect('GETBIT', 'l', '1').error(WRONGTYPE);
    await c.expect('EXISTS', 'k').int(0);
  });

  test('a bit that is so already is no change, unless the string grows', async () => {
    const c = await client();
    const changes = async () => Number((await info(c, 'persistence'))['rdb_changes_since_last_save']);
    const before = await changes();
    await c.expect('SETBIT', 'k', '7', '0').int(0);
    await c.expect('SETBIT', 'k', '3', '0').int(0);
    expect(await changes()).toBe(before + 1);
    await c.expect('SETBIT', 'k', '8', '0').int(0);
    await c.expect('SETBIT', 'k', '8', '1').int(0);
    expect(await changes()).toBe(before + 3);
  });
});

describe('BITCOUNT, BITPOS', () => {
  test('ranges of bytes and of bits', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'foobar').ok();
    await c.expect('BITCOUNT', 'k').int(26);
    await c.expect('BITCOUNT', 'k', '0', '0').int(4);
    await c.expect('BITCOUNT', 'k', '1', '1', 'BYTE').int(6);
    await c.expect('BITCOUNT', 'k', '-2', '-1').int(7);
    await c.expect('BITCOUNT', 'k', '5', '30', 'BIT').int(17);
    await c.expect('BITCOUNT', 'k', '-10', '-1', 'bit').int(5);
    await c.expect('BITCOUNT', 'k', '4', '2').int(0);
    await c.expect('BITCOUNT', 'k', '-1', '-2').int(0);
    await c.expect('BITCOUNT', 'k', '-100', '100').int(26);
    await c.expect('BITCOUNT', 'nosuch').int(0);
    await c.expect('SET', 'n', '10').ok();
    await c.expect('BITCOUNT', 'n').int(5);
  });

  test('a megabyte, from any byte to any other', async () => {
    const c = await client();
    // 0x6b has five ones, 0x01 has one.
    await c.expect('SET', 'k', '\x6b'.repeat(1_000_000) + '\x01\x01\x01').ok();
    await c.expect('BITCOUNT', 'k').int(5_000_003);
    for (const from of [1, 2, 3, 5, 31]) {
      for (const to of [500_000, 999_999, 1_000_001]) {
        await c.expect('BITCOUNT', 'k', from, to).int((Math.min(to, 999_999) - from + 1) * 5 + Math.max(0, to - 999_999));
      }
    }
    await c.expect('BITCOUNT', 'k', '3', '8000001', 'BIT').int(4_999_998);
  });

  test('the first bit of a kind', async () => {
    const c = await client();
    await c.expect('SET', 'k', '\xff\xf0\0').ok();
    await c.expect('BITPOS', 'k', '0').int(12);
    await c.expect('BITPOS', 'k', '1').int(0);
    await c.expect('BITPOS', 'k', '1', '2').int(-1);
    await c.expect('BITPOS', 'k', '0', '0', '0').int(-1);
    await c.expect('BITPOS', 'k', '1', '7', '15', 'BIT').int(7);
    await c.expect('BITPOS', 'k', '0', '5', '11', 'BIT').int(-1);
    await c.expect('BITPOS', 'k', '0', '-9', '-8', 'BIT').int(15);
    await c.expect('BITPOS', 'k', '1', '-3').int(0);
    await c.expect('SET', 'zeros', '\0'.repeat(100) + '\x01' + '\0'.repeat(100)).ok();
    await c.expect('BITPOS', 'zeros', '1').int(807);
    await c.expect('BITPOS', 'zeros', '1', '101').int(-1);
    await c.expect('BITPOS', 'zeros', '1', '700', '806', 'BIT').int(-1);
    await c.expect('BITPOS', 'zeros', '1', '700', '807', 'BIT').int(807);
  });

  test('zeros follow the string, unless an end is given', async () => {
    const c = await client();
    await c.expect('SET', 'ones', '\xff\xff\xff').ok();
    await c.expect('BITPOS', 'ones', '0').int(24);
    await c.expect('BITPOS', 'ones', '0', '1').int(24);
    await c.expect('BITPOS', 'ones', '0', '0', '-1').int(-1);
    await c.expect('BITPOS', 'ones', '0', '3').int(-1);
    await c.expect('BITPOS', 'nosuch', '0').int(0);
    await c.expect('BITPOS', 'nosuch', '1').int(-1);
    await c.expect('SET', 'empty', '').ok();
    await c.expect('BITPOS', 'empty', '0').int(-1);
    await c.expect('BITPOS', 'empty', '1').int(-1);
  });

  test('wrong arguments', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('BITCOUNT', 'k', '1').error(SYNTAX);
    await c.expect('BITCOUNT', 'k', '1', '2', 'byt').error(SYNTAX);
    await c.expect('BITCOUNT', 'k', '1', '2', 'BIT', 'x').error(SYNTAX);
    await c.expect('BITCOUNT', 'k', 'x', '2').error(NOT_AN_INTEGER);
    await c.expect('BITCOUNT', 'k', '1', '').error(NOT_AN_INTEGER);
    await c.expect('BITPOS', 'k', '1', '0', '1', 'byt').error(SYNTAX);
    await c.expect('BITPOS', 'k', '1', '0', '1', 'BIT', 'x').error(SYNTAX);
    await c.expect('BITPOS', 'k', 'x').error(NOT_AN_INTEGER);
    await c.expect('BITPOS', 'k', '1', 'x').error(NOT_AN_INTEGER);
    await c.expect('BITPOS', 'k', '2').error('ERR The bit argument must be 1 or 0.');
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BITCOUNT', 'l').error(WRONGTYPE);
    await c.expect('BITPOS', 'l', '1').error(WRONGTYPE);
  });
});

describe('BITOP', () => {
  test('strings of unequal length, and missing ones, count as if zeros followed', async () => {
    const c = await client();
    await c.expect('SET', 'a', '\xf0\xff\x01\x02\x03\x04').ok();
    await c.expect('SET', 'b', '\x3c').ok();
    await c.expect('BITOP', 'AND', 'd', 'a', 'b').int(6);
    await c.expect('GET', 'd').bulk('\x30\0\0\0\0\0');
    await c.expect('BITOP', 'OR', 'd', 'a', 'b').int(6);
    await c.expect('GET', 'd').bulk('\xfc\xff\x01\x02\x03\x04');
    await c.expect('BITOP', 'XOR', 'd', 'b', 'a').int(6);
    await c.expect('GET', 'd').bulk('\xcc\xff\x01\x02\x03\x04');
    await c.expect('BITOP', 'AND', 'd', 'a', 'nosuch').int(6);
    await c.expect('GET', 'd').bulk('\0\0\0\0\0\0');
    await c.expect('BITOP', 'OR', 'd', 'nosuch', 'b').int(1);
    await c.expect('GET', 'd').bulk('\x3c');
    await c.expect('BITOP', 'not', 'd', 'a').int(6);
    await c.expect('GET', 'd').bulk('\x0f\0\xfe\xfd\xfc\xfb');
    await c.expect('OBJECT', 'ENCODING', 'd').bulk('raw');
  });

  test('into one of its sources; the time to live goes; nothing removes the key', async () => {
    const c = await client();
    await c.expect('SET', 'a', '\x0f', 'EX', '100').ok();
    await c.expect('BITOP', 'NOT', 'a', 'a').int(1);
    await c.expect('GET', 'a').bulk('\xf0');
    await c.expect('TTL', 'a').int(-1);
    await c.expect('BITOP', 'XOR', 'a', 'nosuch', 'other').int(0);
    await c.expect('EXISTS', 'a').int(0);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BITOP', 'OR', 'l', 'nosuch').int(0);
    await c.expect('EXISTS', 'l').int(0);
  });

  test('wrong arguments', async () => {
    const c = await client();
    await c.expect('BITOP', 'NAND', 'd', 'a').error(SYNTAX);
    await c.expect('BITOP', 'NOT', 'd', 'a', 'b').error('ERR BITOP NOT must be called with a single source key.');
    await c.expect('BITOP', 'AND', 'd').error("ERR wrong number of arguments for 'bitop' command");
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BITOP', 'AND', 'd', 'nosuch', 'l').error(WRONGTYPE);
  });
});

describe('BITFIELD', () => {
  test('fields of any width, at any bit', async () => {
    const c = await client();
    await c.expect('BITFIELD', 'k', 'SET', 'u8', '0', '255', 'SET', 'i5', '100', '-16', 'GET', 'u4', '4', 'GET', 'i8', '0').array([0, 0, 15, -1]);
    await c.expect('BITFIELD', 'k', 'GET', 'i5', '100', 'GET', 'u5', '100', 'GET', 'i5', '#20').array([-16, 16, -16]);
    await c.expect('BITFIELD', 'k', 'INCRBY', 'i5', '100', '1', 'INCRBY', 'u2', '0', '1').array([-15, 0]);
    await c.expect('GET', 'k').bulk(`\x3f${'\0'.repeat(11)}\x08\x80`);
    await c.expect('BITFIELD', 'k', 'GET', 'u63', '100000').array([0]);
    await c.expect('BITFIELD', 'nosuch', 'GET', 'i64', '3').array([0]);
    await c.expect('EXISTS', 'nosuch').int(0);
    await c.expect('BITFIELD', 'k').array([]);
  });

  test('of 64 bits', async () => {
    const c = await client();
    const [max, min] = ['9223372036854775807', '-9223372036854775808'];
    await c.expect('BITFIELD', 'k', 'SET', 'i64', '3', max, 'GET', 'i64', '3', 'GET', 'u63', '4').array([0, BigInt(max), BigInt(max)]);
    await c.expect('BITFIELD', 'k', 'INCRBY', 'i64', '3', '1').array([BigInt(min)]);
    await c.expect('BITFIELD', 'k', 'OVERFLOW', 'SAT', 'INCRBY', 'i64', '3', '-1').array([BigInt(min)]);
    await c.expect('BITFIELD', 'k', 'OVERFLOW', 'FAIL', 'INCRBY', 'i64', '3', '-1').array([null]);
    await c.expect('GET', 'k').bulk(hex('10 00 00 00 00 00 00 00 00'));
    await c.expect('BITFIELD', 'k', 'SET', 'i52', '9', '-2251799813685248', 'GET', 'i52', '9').array([0, -2251799813685248]);
  });

  test('what does not fit wraps around, stays at the end, or fails', async () => {
    const c = await client();
    const field = (...words: string[]) => c.expect('BITFIELD', 'k', ...words);
    await field('SET', 'u2', '0', '3', 'INCRBY', 'u2', '0', '2').array([0, 1]);
    await field('OVERFLOW', 'SAT', 'INCRBY', 'u2', '0', '9', 'INCRBY', 'u2', '0', '-9').array([3, 0]);
    await field('OVERFLOW', 'FAIL', 'INCRBY', 'u2', '0', '4', 'GET', 'u2', '0', 'OVERFLOW', 'WRAP', 'INCRBY', 'u2', '0', '-1').array([null, 0, 3]);
    await field('SET', 'i8', '8', '127', 'INCRBY', 'i8', '8', '1').array([0, -128]);
    await field('OVERFLOW', 'sat', 'INCRBY', 'i8', '8', '-1', 'SET', 'i8', '8', '1000', 'GET', 'i8', '8').array([-128, -128, 127]);
    await field('OVERFLOW', 'FAIL', 'SET', 'i8', '8', '200', 'OVERFLOW', 'SAT', 'SET', 'u8', '8', '-1', 'GET', 'u8', '8').array([null, 127, 255]);
    await field('SET', 'u8', '8', '-2', 'GET', 'u8', '8').array([255, 254]);
  });

  test('wrong arguments change nothing', async () => {
    const c = await client();
    const type = 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';
    for (const wrong of ['u64', 'i65', 'u0', 'x8', '', 'u', 'u08']) await c.expect('BITFIELD', 'k', 'GET', wrong, '0').error(type);
    const first = ['BITFIELD', 'k', 'SET', 'u8', '0', '1'];
    await c.expect(...first, 'SET', 'u8', '-1', '1').error(OFFSET);
    await c.expect(...first, 'SET', 'u8', '#x', '1').error(OFFSET);
    await c.expect(...first, 'SET', 'u8', '#536870912', '1').error(OFFSET);
    await c.expect(...first, 'SET', 'u8', '8', 'x').error(NOT_AN_INTEGER);
    await c.expect(...first, 'SET', 'u8', '8').error(SYNTAX);
    await c.expect(...first, 'DEL', 'u8', '8').error(SYNTAX);
    await c.expect(...first, 'OVERFLOW', 'x').error('ERR Invalid OVERFLOW type specified');
    await c.expect('BITFIELD_RO', 'k', 'GET', 'u8', '0', 'SET', 'u8', '0', '1').error('ERR BITFIELD_RO only supports the GET subcommand');
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BITFIELD', 'l', 'GET', 'u8', '0').error(WRONGTYPE);
    await c.expect('BITFIELD', 'l', 'SET', 'u8', '0', '1').error(WRONGTYPE);
    await c.expect('BITFIELD_RO', 'l', 'GET', 'u8', '0').error(WRONGTYPE);
  });

  test('COMMAND GETKEYSANDFLAGS: with GET alone the key is only read', async () => {
    const c = await client();
    const flags = async (...words: string[]) => String((await c.send('COMMAND', 'GETKEYSANDFLAGS', 'BITFIELD', 'k', ...words)) as string[][]);
    expect(await flags('GET', 'u8', '0')).not.toBe(await flags('GET', 'u8', '0', 'SET', 'u8', '0', '1'));
    expect(await flags('GET', 'u8')).toBe(await flags('SET', 'u8', '0', '1'));
  });
});

describe('together with everything else', () => {
  test('replicas and the log get what was typed, and nothing where nothing changed', async () => {
    const replica = await syncedReplica();
    const sent = ['SETBIT k 7 1', 'SETBIT k 7 1', 'BITFIELD k SET u8 0 5', 'BITFIELD k GET u8 0', 'BITOP NOT d k', 'BITOP AND x nosuch', 'BITCOUNT k'];
    expect(await streamedFor(replica, ...sent)).toEqual(['SETBIT k 7 1', 'BITFIELD k SET u8 0 5', 'BITOP NOT d k']);
  });

  test('a string that grew though all of BITFIELD failed grows on replicas too', async () => {
    onlyIf(target.kind === 'stage', 'real Redis leaves its replicas without the zeros');
    const replica = await syncedReplica();
    const failing = 'BITFIELD k OVERFLOW FAIL INCRBY u2 20 9';
    expect(await streamedFor(replica, failing)).toEqual([failing]);
  });

  test('the log, and a restart', async () => {
    const s = await server('--save', '', '--appendonly', 'yes');
    const c = await s.client();
    await c.expect('SETBIT', 'k', '100', '1').int(0);
    await c.expect('BITFIELD', 'k', 'INCRBY', 'i40', '9', '-77').array([-77]);
    await c.expect('BITOP', 'XOR', 'd', 'k', 'k').int(13);
    const before = await contents(c, [0]);
    const names = () => logged(s).map(([name]) => name!.toUpperCase()).filter((name) => name !== 'SELECT');
    // Real Redis writes later while the system is still syncing what it wrote before.
    await until(() => names().length === 3, 'the log to hold three writes');
    expect(names()).toEqual(['SETBIT', 'BITFIELD', 'BITOP']);
    await s.restart();
    expect(await contents(await s.client(), [0])).toEqual(before);
  });

  test('in a transaction, and seen by WATCH', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'k').ok();
    await other.expect('SETBIT', 'k', '3', '1').int(0);
    await c.expect('MULTI').ok();
    await c.expect('BITCOUNT', 'k').status('QUEUED');
    await c.expect('EXEC').nilArray();
    await c.expect('WATCH', 'k').ok();
    await other.expect('SETBIT', 'k', '3', '1').int(1);
    await c.expect('MULTI').ok();
    await c.expect('BITCOUNT', 'k').status('QUEUED');
    await c.expect('EXEC').array([1]);
  });
});

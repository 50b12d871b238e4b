import { describe, expect, test } from 'vitest';
import { DecodeError, PushReply, ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import { ReplyError, Status, Verbatim } from '#shared/resp/reply.ts';
import { children } from './children.ts';

const CASES: [wire: string, value: Decoded][] = [
  ['+OK\r\n', new Status('OK')],
  ['-ERR no\r\n', new ReplyError('ERR no')],
  ['!6\r\nERR no\r\n', new ReplyError('ERR no')],
  [':-12\r\n', -12],
  [':9223372036854775807\r\n', 9223372036854775807n],
  ['(123456789012345678901234567890\r\n', 123456789012345678901234567890n],
  ['$0\r\n\r\n', ''],
  ['$7\r\na\r\n\0\xffbc\r\n', 'a\r\n\0\xffbc'],
  ['$-1\r\n', null],
  ['*-1\r\n', null],
  ['_\r\n', null],
  [',1.5\r\n', 1.5],
  [',-inf\r\n', -Infinity],
  ['#t\r\n', true],
  ['=7\r\ntxt:abc\r\n', new Verbatim('txt', 'abc')],
  ['*0\r\n', []],
  ['*2\r\n*1\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n', [[1], ['a', []]]],
  ['%1\r\n$1\r\na\r\n~2\r\n:1\r\n:2\r\n', new Map<Decoded, Decoded>([['a', new Set<Decoded>([1, 2])]])],
  ['>2\r\n$1\r\na\r\n:1\r\n', new PushReply(['a', 1])],
  ['|1\r\n$3\r\nttl\r\n:1\r\n*1\r\n|1\r\n+a\r\n+b\r\n$1\r\nx\r\n', ['x']],
];

describe('ReplyDecoder', () => {
  test.each(CASES)('%j', (wire, value) => {
    const decoder = new ReplyDecoder();
    decoder.feed(Buffer.from(wire, 'latin1'));
    expect(decoder.next()).toEqual(value);
    expect(decoder.next()).toBeUndefined();
    expect(decoder.consumed).toBe(wire.length);
  });

  test('all of them byte by byte', () => {
    const decoder = new ReplyDecoder();
    const values: Decoded[] = [];
    for (const byte of CASES.map(([wire]) => wire).join('')) {
      decoder.feed(byte);
      for (let value = decoder.next(); value !== undefined; value = decoder.next()) values.push(value);
    }
    expect(values).toEqual(CASES.map(([, value]) => value));
  });

  test('counts the bytes of each reply, and hands out the rest', () => {
    const decoder = new ReplyDecoder();
    decoder.feed('+FULLRESYNC x 1\r\n:1\r\n$3\r\nabc');
    decoder.next();
    expect(decoder.consumed).toBe(17);
    decoder.next();
    expect(decoder.consumed).toBe(21);
    expect(decoder.next()).toBeUndefined();
    expect(decoder.rest()).toBe('$3\r\nabc');
    decoder.feed(':7\r\n');
    expect(decoder.next()).toBe(7);
  });

  test('reads a large value that comes in small chunks without copying it again and again', () => {
    const decoder = new ReplyDecoder();
    const size = 64 * 1024 * 1024;
    const chunk = Buffer.alloc(16 * 1024, 'x');
    decoder.feed(`$${size}\r\n`);
    for (let sent = 0; sent < size; sent += chunk.length) {
      expect(decoder.next()).toBeUndefined();
      decoder.feed(chunk);
    }
    decoder.feed('\r\n');
    expect(decoder.next()).toHaveLength(size);
  });

  test.each(['?\r\n', '$3\r\nabcd\r\n', ':1x\r\n', '*-2\r\n', '#x\r\n', ',1.x\r\n', '\r\n'])('refuses %j', (wire) => {
    const decoder = new ReplyDecoder();
    decoder.feed(wire);
    expect(() => decoder.next()).toThrow(DecodeError);
  });
});

describe('children', () => {
  test('are the encoded elements', () => {
    expect(children('*3\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n$2\r\n\r\n\r\n')).toEqual([
      ':1\r\n',
      '*2\r\n$1\r\na\r\n_\r\n',
      '$2\r\n\r\n\r\n',
    ]);
    expect(children('%1\r\n+a\r\n%1\r\n+b\r\n$-1\r\n')).toEqual(['+a\r\n', '%1\r\n+b\r\n$-1\r\n']);
  });
});

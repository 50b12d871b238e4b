import { describe, expect, test } from 'vitest';
import { MAX_BULK_BYTES, ProtocolError, RequestParser } from '#shared/resp/parser.ts';
import { bytesOf, keepArguments, lengthOf } from '#shared/resp/long-arguments.ts';
import { release, retain } from '#shared/resp/receive-buffers.ts';
import { encodeRequest } from '../harness/client.ts';
import { chooseSeed, createRng, type Rng } from '../harness/rng.ts';

/** One buffer for all reads, overwritten by the next: as the servers read. */
const READ_BUFFER = Buffer.alloc(1 << 20, '*');
let lastRead = 0;

function feed(parser: RequestParser, bytes: string): void {
  READ_BUFFER.fill('*', 0, lastRead);
  lastRead = bytes.length;
  READ_BUFFER.write(bytes, 'latin1');
  parser.feed(READ_BUFFER, bytes.length);
}

function drain(parser: RequestParser): string[][] {
  const requests: string[][] = [];
  for (let args = parser.next(); args !== null; args = parser.next()) requests.push([...args]);
  return requests;
}

function parseAll(pieces: Iterable<string>): string[][] {
  const parser = new RequestParser();
  const requests: string[][] = [];
  for (const piece of pieces) {
    feed(parser, piece);
    requests.push(...drain(parser));
  }
  expect(parser.size, 'bytes left').toBe(0);
  return requests;
}

const REQUESTS = [
  ['PING'],
  ['ECHO', ''],
  ['SET', 'key', '\r\n'],
  ['SET', '*2\r\n$1\r\n', '$-1\r\n'],
  ['ECHO', 'twelve bytes'],
  ['ECHO', 'thirteen byte'],
  ['ECHO', '\0\x7f\x80\xff'],
  ['MSET', 'a', '1', 'b', '2', 'c', '', 'd', 'x'.repeat(120)],
];
const WIRE = REQUESTS.map(encodeRequest).join('') + '*0\r\n\r\nECHO "in line" x\r\n*-1\r\nPING\n';
const PARSED = [...REQUESTS, ['ECHO', 'in line', 'x'], ['PING']];

describe('requests in pieces', () => {
  test('in one', () => expect(parseAll([WIRE])).toEqual(PARSED));
  test('byte by byte', () => expect(parseAll(WIRE)).toEqual(PARSED));

  test('split in two at every offset', () => {
    for (let at = 1; at < WIRE.length; at++) expect(parseAll([WIRE.slice(0, at), WIRE.slice(at)]), `at ${at}`).toEqual(PARSED);
  });

  test('split in three at random', () => {
    const rng = createRng(chooseSeed());
    for (let i = 0; i < 500; i++) {
      const [from, to] = [rng.int(0, WIRE.length), rng.int(0, WIRE.length)].sort((a, b) => a - b) as [number, number];
      const pieces = [WIRE.slice(0, from), WIRE.slice(from, to), WIRE.slice(to)].filter((piece) => piece !== '');
      expect(parseAll(pieces), `SEED=${rng.seed}: at ${from} and ${to}`).toEqual(PARSED);
    }
  });

  test('random requests in random pieces', () => {
    const rng = createRng(chooseSeed());
    for (let round = 0; round < 30; round++) {
      const requests = Array.from({ length: rng.int(1, 40) }, () => randomRequest(rng));
      const wire = requests.map(encodeRequest).join('');
      const pieces: string[] = [];
      for (let at = 0; at < wire.length; ) {
        const size = rng.chance(0.5) ? rng.int(1, 30) : rng.int(1, 200_000);
        pieces.push(wire.slice(at, at + size));
        at += size;
      }
      expect(parseAll(pieces), `SEED=${rng.seed}`).toEqual(requests);
    }
  });
});

function randomRequest(rng: Rng): string[] {
  return Array.from({ length: rng.int(1, 6) }, () => rng.bytes(rng.chance(0.03) ? rng.int(60_000, 140_000) : rng.int(0, 40)));
}

describe('requests parsed in advance', () => {
  test('go out in their order, however the bytes are cut and wherever the reader stops', () => {
    const rng = createRng(chooseSeed());
    for (let round = 0; round < 60; round++) {
      const requests = Array.from({ length: rng.int(1, 60) }, () => randomRequest(rng));
      const wire = requests.map(encodeRequest).join('');
      const parser = new RequestParser();
      const got: string[][] = [];
      const read = (most: number) => {
        for (let i = 0; i < most; i++) {
          parser.lookAhead(rng.int(1, 16));
          const args = parser.next();
          if (args === null) return;
          got.push([...args]);
        }
        parser.keep(); // a client that is blocked by its request
      };
      for (let at = 0; at < wire.length; ) {
        const size = rng.chance(0.5) ? rng.int(1, 300) : rng.int(1, 200_000);
        feed(parser, wire.slice(at, at + size));
        at += size;
        read(rng.chance(0.3) ? rng.int(0, 5) : Infinity);
      }
      read(Infinity);
      expect(got, `SEED=${rng.seed}`).toEqual(requests);
      expect(parser.size, `SEED=${rng.seed}: bytes left`).toBe(0);
    }
  });

  test('are handed to the caller as well, as many as are complete', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['GET', 'a']) + encodeRequest(['GET', 'b']) + '*2\r\n$3\r\nGET');
    expect(parser.lookAhead(16)).toEqual([['GET', 'a'], ['GET', 'b']]);
    expect(parser.next()).toEqual(['GET', 'a']);
    expect(parser.lookAhead(16), 'while one is left').toEqual([]);
  });

  test('are no more than were asked for', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['PING']).repeat(5));
    expect(parser.lookAhead(3)).toHaveLength(3);
    expect(drain(parser)).toHaveLength(5);
  });

  test('end with one that has a long argument', () => {
    const parser = new RequestParser();
    const long = ['SET', 'k', 'x'.repeat(100_000)];
    feed(parser, encodeRequest(long).slice(0, 70_000));
    expect(parser.lookAhead(16)).toEqual([]);
    expect(parser.next()).toBeNull();
    feed(parser, encodeRequest(long).slice(70_000) + encodeRequest(['PING']));
    expect(parser.lookAhead(16)).toHaveLength(1);
    expect([...parser.next()!]).toEqual(long);
    expect(parser.lookAhead(16)).toEqual([['PING']]);
  });

  test('count as held until they go out', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['PING']) + encodeRequest(['ECHO', 'x'.repeat(1000)]));
    parser.lookAhead(16);
    parser.next();
    parser.keep();
    expect(parser.size).toBeGreaterThanOrEqual(1004);
    expect(parser.argumentBytes).toBeGreaterThanOrEqual(1004);
    parser.next();
    expect(parser.size).toBe(0);
  });

  test('are answered before the protocol error that follows them', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['PING']) + encodeRequest(['GET', 'a']) + '*1\r\n+PING\r\n');
    expect(parser.lookAhead(16)).toEqual([['PING'], ['GET', 'a']]);
    expect(parser.next()).toEqual(['PING']);
    expect(parser.next()).toEqual(['GET', 'a']);
    expect(() => parser.next()).toThrow("expected '$', got '+'");
    parser.lookAhead(16);
    expect(() => parser.next(), 'again').toThrow("expected '$', got '+'");
  });

  test('are none while the client has yet to authenticate: afterwards it may send more', () => {
    const parser = new RequestParser();
    let unauthenticated = true;
    parser.isUnauthenticated = () => unauthenticated;
    const many = ['DEL', ...Array.from({ length: 20 }, (_, i) => `k${i}`)];
    feed(parser, encodeRequest(['AUTH', 'secret']) + encodeRequest(many));
    expect(parser.lookAhead(16)).toEqual([]);
    expect(parser.next()).toEqual(['AUTH', 'secret']);
    unauthenticated = false;
    expect(parser.lookAhead(16)).toEqual([many]);
    expect(parser.next()).toEqual(many);
  });
});

describe('many small requests in one large chunk', () => {
  test('longer than what is decoded at a time', () => {
    const requests = Array.from({ length: 20_000 }, (_, i) => ['SET', `key:${i}`, `value:${i}`]);
    expect(parseAll([requests.map(encodeRequest).join('')])).toEqual(requests);
  });
});

describe('arguments outlive the buffer', () => {
  test('of any length: a later read does not change them', () => {
    const parser = new RequestParser();
    const texts = Array.from({ length: 40 }, (_, length) => 'v'.repeat(length));
    feed(parser, encodeRequest(texts));
    const [args] = drain(parser);
    feed(parser, '#'.repeat(10_000));
    expect(args).toEqual(texts);
  });

  test('what a blocked client has sent meanwhile is kept', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['BLPOP', 'l', '0']) + encodeRequest(['PING']) + encodeRequest(['ECHO', 'x'.repeat(50)]).slice(0, 30));
    expect(parser.next()).toEqual(['BLPOP', 'l', '0']);
    parser.keep();
    feed(parser, encodeRequest(['ECHO', 'x'.repeat(50)]).slice(30));
    parser.keep();
    feed(parser, encodeRequest(['QUIT']));
    expect(drain(parser)).toEqual([['PING'], ['ECHO', 'x'.repeat(50)], ['QUIT']]);
    expect(parser.size).toBe(0);
  });

  test('keep with nothing left lets go of the buffer', () => {
    const parser = new RequestParser();
    feed(parser, encodeRequest(['PING']));
    expect(parser.next()).toEqual(['PING']);
    parser.keep();
    expect(parser.size).toBe(0);
    feed(parser, encodeRequest(['ECHO', 'a']));
    expect(drain(parser)).toEqual([['ECHO', 'a']]);
  });
});

describe('costs', () => {
  /** Bytes copied between buffers while the pieces are parsed. */
  function copied(pieces: Iterable<string>): number {
    let bytes = 0;
    const { copy } = Buffer.prototype;
    Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<typeof copy>) {
      const done = copy.apply(this, args);
      bytes += done;
      return done;
    };
    try {
      parseAll(pieces);
    } finally {
      Buffer.prototype.copy = copy;
    }
    return bytes;
  }

  function* slices(text: string, size: number): Generator<string> {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }

  for (const megabytes of [1, 8, 32]) {
    test(`a bulk string of ${megabytes} MB in pieces of 16 KB: each byte is copied at most three times`, () => {
      const wire = encodeRequest(['SET', 'k', 'x'.repeat(megabytes << 20)]);
      expect(copied(slices(wire, 16 * 1024))).toBeLessThan(3 * wire.length);
    });
  }

  test('a request of 60 KB byte by byte: each byte is copied at most four times', () => {
    const wire = encodeRequest(['MSET', ...Array<string>(30).fill('y'.repeat(2_000))]);
    expect(copied(wire)).toBeLessThan(4 * wire.length);
  });

  test('small requests that arrive whole are not copied at all', () => {
    expect(copied(Array<string>(100).fill(encodeRequest(['SET', 'k', 'v'])))).toBe(0);
  });
});

describe('long arguments', () => {
  const KB = 1024;
  const SIZES = [0, 1, 64 * KB - 3, 64 * KB - 1, 64 * KB, 64 * KB + 1, 100_000, 128 * KB, 1024 * KB + 5, 2500 * KB];

  test('go to their place directly, however the bytes are cut', () => {
    const rng = createRng(chooseSeed());
    for (let round = 0; round < 5; round++) {
      const requests = Array.from({ length: 6 }, (_, i) => ['SET', `k${i}`, rng.bytes(rng.pick(SIZES)), 'EX', '9']);
      expect(readAsSocket(requests.map(encodeRequest).join(''), rng), `SEED=${rng.seed}`).toEqual(requests);
    }
  });

  test('are strings for all that read them, and have the same length as bytes', () => {
    const parser = new RequestParser();
    const value = createRng(chooseSeed()).bytes(100_000);
    const args = received(parser, ['APPEND', 'k', value]);
    expect(lengthOf(args, 2)).toBe(100_000);
    expect(bytesOf(args, 2)!.toString('latin1')).toBe(value);
    expect(args[2]).toBe(value);
    expect(args.slice(1)).toEqual(['k', value]);
    expect(bytesOf(args, 1)).toBeUndefined();
  });

  test('give their buffer to a later one, if no code keeps it', () => {
    const parser = new RequestParser();
    const first = bytesOf(received(parser, ['SET', 'k', 'a'.repeat(100_000)]), 2)!;
    expect(parser.next()).toBeNull();
    const second = bytesOf(received(parser, ['SET', 'k', 'b'.repeat(100_000)]), 2)!;
    expect(second.buffer).toBe(first.buffer);
    retain(second);
    expect(parser.next()).toBeNull();
    const third = bytesOf(received(parser, ['SET', 'k', 'c'.repeat(100_000)]), 2)!;
    expect(third.buffer).not.toBe(second.buffer);
    expect(second.every((byte) => byte === 'b'.charCodeAt(0))).toBe(true);
    release(second);
  });

  test('can be read later when the request is kept, and not otherwise', () => {
    const parser = new RequestParser();
    const value = 'x'.repeat(100_000);
    const kept = received(parser, ['SET', 'k', value]);
    keepArguments(kept);
    const forgotten = received(parser, ['SET', 'k', value.replaceAll('x', 'y')]);
    expect(parser.next()).toBeNull();
    expect(kept[2]).toBe(value);
    expect(() => forgotten[2]).toThrow();
  });

  function received(parser: RequestParser, request: string[]): string[] {
    feed(parser, encodeRequest(request).slice(0, 70_000));
    expect(parser.next()).toBeNull();
    feed(parser, encodeRequest(request).slice(70_000));
    return parser.next()!;
  }

  /** Bytes go where the parser wants them, as many at a time as a socket happens to have. */
  function readAsSocket(wire: string, rng: Rng): string[][] {
    const parser = new RequestParser();
    const requests: string[][] = [];
    for (let at = 0; at < wire.length; ) {
      const { target } = parser;
      const length = Math.min(rng.pick([100, 5000, 65_536, 500_000]), target?.length ?? 65_536, wire.length - at);
      const bytes = wire.slice(at, (at += length));
      if (target === undefined) feed(parser, bytes);
      else {
        target.write(bytes, 'latin1');
        parser.feed(target, length);
      }
      requests.push(...drain(parser));
    }
    expect(parser.size, 'bytes left').toBe(0);
    return requests;
  }
});

describe('what an unfinished request holds', () => {
  const sizeAfter = (bytes: string) => {
    const parser = new RequestParser();
    feed(parser, bytes);
    drain(parser);
    return parser.size;
  };

  test('nothing after whole requests', () => expect(sizeAfter(WIRE)).toBe(0));
  test('the bytes of arguments that are there', () => expect(sizeAfter(`*3\r\n$1000\r\n${'x'.repeat(1000)}\r\n`)).toBeGreaterThanOrEqual(1000));
  test('the bytes of a large argument on its way', () => expect(sizeAfter(`*1\r\n$900000\r\n${'x'.repeat(500_000)}`)).toBe(500_000));
  test('a place for each argument, empty ones too', () => {
    expect(sizeAfter(`*2000000\r\n${'$0\r\n\r\n'.repeat(100_000)}`)).toBeGreaterThanOrEqual(800_000);
  });
});

describe('protocol errors', () => {
  const CASES: [bytes: string, message: string][] = [
    ['*x\r\n', 'invalid multibulk length'],
    ['*2147483648\r\n', 'invalid multibulk length'],
    ['*-x\r\n', 'invalid multibulk length'],
    ['*00\r\n', 'invalid multibulk length'],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    [`*1\r\n$${MAX_BULK_BYTES + 1}\r\n`, 'invalid bulk length'],
    ['*1\r\n$1x\r\n', 'invalid bulk length'],
    ['*1\r\nx\r\n', "expected '$', got 'x'"],
    ['"\r\n', 'unbalanced quotes in request'],
  ];
  for (const [bytes, message] of CASES) {
    test(`${JSON.stringify(bytes)}: ${message}, wherever it is cut`, () => {
      for (let at = 0; at < bytes.length; at++) {
        const parser = new RequestParser();
        feed(parser, encodeRequest(['PING']) + bytes.slice(0, at));
        expect(drain(parser)).toEqual([['PING']]);
        feed(parser, bytes.slice(at));
        expect(() => parser.next()).toThrow(new ProtocolError(message));
      }
    });
  }

  test('lengths up to the limits are taken', () => {
    for (const header of [`*1\r\n$${MAX_BULK_BYTES}\r\n`, '*2147483647\r\n', '*1048577\r\n', '*-2147483648\r\n']) {
      const parser = new RequestParser();
      feed(parser, header);
      expect(parser.next(), header).toBeNull();
    }
  });

  test('a line without end is refused past 64 KB, and not before', () => {
    for (const [start, message] of [['', 'too big inline request'], ['*', 'too big mbulk count string'], ['*1\r\n$', 'too big bulk count string']]) {
      const parser = new RequestParser();
      feed(parser, start + '1'.repeat(65_000));
      expect(parser.next()).toBeNull();
      feed(parser, '1'.repeat(1_000));
      expect(() => parser.next()).toThrow(new ProtocolError(message));
    }
  });

  test('random bytes are parsed or refused, and never anything else', () => {
    const rng = createRng(chooseSeed());
    const ALPHABET = ['*', '$', '\r\n', '\r', '\n', '0', '1', '3', '-', 'a', '"', "'", ' ', '\0', '\xff', ...WIRE.slice(0, 20)];
    for (let i = 0; i < 5_000; i++) {
      const parser = new RequestParser();
      try {
        for (let piece = rng.int(1, 4); piece > 0; piece--) {
          feed(parser, Array.from({ length: rng.int(1, 30) }, () => rng.pick(ALPHABET)).join(''));
          for (const args of drain(parser)) expect(args.length, `SEED=${rng.seed}`).toBeGreaterThan(0);
        }
      } catch (error) {
        expect(error, `SEED=${rng.seed}`).toBeInstanceOf(ProtocolError);
      }
    }
  });
});

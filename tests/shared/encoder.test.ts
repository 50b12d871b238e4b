import { describe, expect, test } from 'vitest';
import { ReplyDecoder } from '#shared/resp/decoder.ts';
import { ReplyWriter, type Part } from '#shared/resp/encoder.ts';
import { Double, MapReply, NO_REPLY, NULL_ARRAY, OK, Push, Replies, ReplyError, SetReply, Status, Verbatim, type Reply } from '#shared/resp/reply.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

const seed = chooseSeed();

const TABLE: [name: string, reply: Reply, resp2: string, resp3: string][] = [
  ['a bulk string', 'abc', '$3\r\nabc\r\n', '$3\r\nabc\r\n'],
  ['the empty bulk string', '', '$0\r\n\r\n', '$0\r\n\r\n'],
  ['any bytes', '\0\r\n\xff', '$4\r\n\0\r\n\xff\r\n', '$4\r\n\0\r\n\xff\r\n'],
  ['an integer', -7, ':-7\r\n', ':-7\r\n'],
  ['a 64-bit integer', 2n ** 63n - 1n, ':9223372036854775807\r\n', ':9223372036854775807\r\n'],
  ['null', null, '$-1\r\n', '_\r\n'],
  ['the null array', NULL_ARRAY, '*-1\r\n', '_\r\n'],
  ['true', true, ':1\r\n', '#t\r\n'],
  ['false', false, ':0\r\n', '#f\r\n'],
  ['a simple string', OK, '+OK\r\n', '+OK\r\n'],
  ['an error', new ReplyError('ERR no'), '-ERR no\r\n', '-ERR no\r\n'],
  ['an error with line ends', new ReplyError('ERR a\r\nb\nc'), '-ERR a  b c\r\n', '-ERR a  b c\r\n'],
  ['the empty array', [], '*0\r\n', '*0\r\n'],
  ['nested arrays', [1, ['a', null], []], '*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n*0\r\n', '*3\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n*0\r\n'],
  ['a double', new Double('3.5'), '$3\r\n3.5\r\n', ',3.5\r\n'],
  ['infinity', new Double('-inf'), '$4\r\n-inf\r\n', ',-inf\r\n'],
  ['a map', new MapReply(['f', 1, 'g', null]), '*4\r\n$1\r\nf\r\n:1\r\n$1\r\ng\r\n$-1\r\n', '%2\r\n$1\r\nf\r\n:1\r\n$1\r\ng\r\n_\r\n'],
  ['the empty map', new MapReply([]), '*0\r\n', '%0\r\n'],
  ['a set', new SetReply(['a', 'b']), '*2\r\n$1\r\na\r\n$1\r\nb\r\n', '~2\r\n$1\r\na\r\n$1\r\nb\r\n'],
  ['a push', new Push(['message', 'c', 'm']), '*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n', '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n'],
  ['a verbatim string', new Verbatim('txt', 'hi\r\n'), '$4\r\nhi\r\n\r\n', '=8\r\ntxt:hi\r\n\r\n'],
  ['no reply', NO_REPLY, '', ''],
];

describe('each reply in RESP2 and RESP3', () => {
  for (const [name, reply, resp2, resp3] of TABLE) {
    test(name, () => {
      expect(encodeReply(reply)).toBe(resp2);
      expect(encodeReply(reply, 3)).toBe(resp3);
      expect(encodeReply([reply, new Status('end')], 3)).toBe(`*2\r\n${resp3}+end\r\n`);
    });
  }

  test('what is no reply is a mistake of ours', () => {
    expect(() => encodeReply(undefined as unknown as Reply)).toThrow(TypeError);
    expect(() => encodeReply({} as unknown as Reply)).toThrow(TypeError);
  });
});

/** What SUBSCRIBE answers, as real Redis writes it in RESP2 and RESP3. */
const SUBSCRIBED = new Replies([new Push(['subscribe', 'a', 1]), new Push(['subscribe', 'b', 2])]);
const RESP2 = '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n';
const RESP3 = RESP2.replaceAll('*', '>');

describe('several replies to one request', () => {
  test('stand one after the other, without a header', () => {
    expect(encodeReply(SUBSCRIBED)).toBe(RESP2);
    expect(encodeReply(SUBSCRIBED, 3)).toBe(RESP3);
    expect(encodeReply(new Replies([]))).toBe('');
  });

  test('count as one in the array of EXEC', () => {
    expect(encodeReply([new Status('PONG'), SUBSCRIBED, 'x'])).toBe(`*3\r\n+PONG\r\n${RESP2}$1\r\nx\r\n`);
    expect(encodeReply([SUBSCRIBED], 3)).toBe(`*1\r\n${RESP3}`);
  });
});

describe('a push', () => {
  const message = (text: string) => new Push(['message', 'c', text]);
  const wire = (text: string) => `>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n${text}\r\n`;

  /** As a reply it is as long as the pushes. */
  const AS_LONG = 'r'.repeat(wire('m').length - '$26\r\n\r\n'.length);

  /** What a writer in RESP3 has been given. */
  function written(use: (writer: ReplyWriter) => void): string {
    const writer = new ReplyWriter();
    writer.protocol = 3;
    use(writer);
    return writer.take() as string;
  }

  test('is written at once between replies', () => {
    const bytes = written((writer) => {
      writer.write(1);
      writer.push(message('m'));
      writer.write(2);
    });
    expect(bytes).toBe(`:1\r\n${wire('m')}:2\r\n`);
  });

  test('follows the reply of the command that caused it, and does not get into an array', () => {
    const bytes = written((writer) => {
      writer.holdPushes();
      writer.push(message('m'));
      writer.push(message('n'));
      writer.write(['1', 1, '2']);
      writer.releasePushes();
      writer.push(message('o'));
    });
    expect(bytes).toBe(`*3\r\n$1\r\n1\r\n:1\r\n$1\r\n2\r\n${wire('m')}${wire('n')}${wire('o')}`);
  });

  test('is encoded once for each protocol, however many clients it goes to', () => {
    let reads = 0;
    const items = ['message', 'c', 'm'];
    Object.defineProperty(items, 2, { get: () => (reads++, 'm') });
    const shared = new Push(items);
    for (const protocol of [2, 3, 2, 3, 2] as const) {
      const writer = new ReplyWriter();
      writer.protocol = protocol;
      writer.push(shared);
      expect(writer.take()).toBe(`${protocol === 2 ? '*' : '>'}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n`);
    }
    expect(reads).toBe(2);
  });

  test(`keeps its place for each client, whatever the others get, SEED=${seed}`, () => {
    const random = createRng(seed);
    const clients = Array.from({ length: 5 }, () => ({ writer: new ReplyWriter(), sent: '', expected: '' }));
    for (const client of clients) client.writer.protocol = 3;
    for (let step = 0; step < 5_000; step++) {
      const text = random.pick(['m', 'n']);
      const shared = message(text);
      for (const client of clients) {
        const { writer } = client;
        if (random.chance(0.8)) {
          writer.push(shared);
          client.expected += wire(text);
        } else if (random.chance(0.5)) {
          writer.write(AS_LONG);
          client.expected += `$${AS_LONG.length}\r\n${AS_LONG}\r\n`;
        }
        if (random.chance(0.1)) client.sent += [writer.take()].flat().join('');
      }
    }
    for (const { writer, sent, expected } of clients) {
      expect(sent + [writer.take()].flat().join('') === expected).toBe(true);
    }
  });

  test('of any length stands between what came before and what comes after', () => {
    const text = 'x'.repeat(100_000);
    const writer = new ReplyWriter();
    writer.write('before');
    writer.push(message(text));
    writer.write('after');
    const [start, end] = ['$6\r\nbefore\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n', '\r\n$5\r\nafter\r\n'];
    expect((writer.take() as Part[]).join('')).toBe(`${start}$100000\r\n${text}${end}`);
  });

  test('a reply of pushes is not held', () => {
    const bytes = written((writer) => {
      writer.holdPushes();
      writer.push(message('m'));
      writer.write([SUBSCRIBED, 1]);
      writer.releasePushes();
    });
    expect(bytes).toBe(`*2\r\n${RESP3}:1\r\n${wire('m')}`);
  });
});

describe('elements of one length', () => {
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
  const alike = (count: number, length: number) =>
    Array.from({ length: count }, (_, i) => String.fromCharCode(i % 256).repeat(length));

  for (const length of [0, 9, 10, 15, 16, 99, 100, 255, 256, 2048]) {
    test(`of ${length} bytes, few and many`, () => {
      for (const count of [1, 7, 8, 9, 100, 1500]) {
        const items = alike(count, length);
        const bytes = items.map(bulk).join('');
        expect(encodeReply(items) === `*${count}\r\n${bytes}`).toBe(true);
        expect(encodeReply([1, new SetReply(items), 'x'], 3) === `*3\r\n:1\r\n~${count}\r\n${bytes}$1\r\nx\r\n`).toBe(true);
      }
    });
  }

  for (const [name, other] of [['a longer one', 'x'.repeat(21)], ['a shorter one', ''], ['a null', null], ['an integer', 5], ['bytes', Buffer.from('x')]] as const) {
    test(`and ${name} among them`, () => {
      for (const at of [0, 1, 50, 99]) {
        const items: Reply[] = alike(100, 20);
        items[at] = other;
        expect(encodeReply(items) === `*100\r\n${items.map((item) => encodeReply(item)).join('')}`).toBe(true);
      }
    });
  }

  test('come in parts, too, and a very long reply leaves the heap', () => {
    const writer = new ReplyWriter();
    writer.write('before');
    const items = alike(50_000, 50);
    writer.write(items);
    writer.write('after');
    const parts = writer.take() as Part[];
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(20_000);
    const onHeap = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
    expect(onHeap).toBeLessThan(1.1 * 1024 * 1024);
    const sent = parts.map((part) => part.toString('latin1')).join('');
    expect(sent === `${bulk('before')}*50000\r\n${items.map(bulk).join('')}${bulk('after')}`).toBe(true);
  });
});

describe('long replies come in parts', () => {
  const LIMIT = 512 * 1024;

  /** Writes the replies, and checks that the parts hold exactly what they should. */
  function parts(...replies: Reply[]): Part[] {
    const writer = new ReplyWriter();
    for (const reply of replies) writer.write(reply);
    const { size } = writer;
    const taken = writer.take();
    const found = typeof taken === 'string' ? [taken] : taken;
    expect(found.reduce((sum, part) => sum + part.length, 0)).toBe(size);
    expect(found.filter((part) => part === '')).toEqual([]);
    expect(writer.size).toBe(0);
    expect(writer.take()).toBe('');
    return found;
  }

  test('a short reply is one string', () => expect(parts('abc', 1)).toEqual(['$3\r\nabc\r\n:1\r\n']));

  for (const length of [262_133, 262_143, 262_144, 262_145, 1_000_000]) {
    test(`a bulk string of ${length} bytes`, () => {
      const text = 'x'.repeat(length);
      expect(parts(1, text, 2).join('') === `:1\r\n$${length}\r\n${text}\r\n:2\r\n`).toBe(true);
      expect(parts(text, text).join('') === `$${length}\r\n${text}\r\n`.repeat(2)).toBe(true);
    });
  }

  const LONG: [string, Reply, number][] = [
    ['integers', Array.from({ length: 400_000 }, (_, i) => i), 400_000],
    ['bulk strings', Array.from({ length: 100_000 }, (_, i) => `value ${i}`), 100_000],
    ['nulls', Array<null>(300_000).fill(null), 300_000],
    ['arrays', Array.from({ length: 50_000 }, (_, i) => [i, [String(i)]]), 50_000],
    ['doubles', new SetReply(Array.from({ length: 80_000 }, (_, i) => new Double(`${i}.5`))), 80_000],
  ];
  for (const [name, reply, count] of LONG) {
    test(`an array of many ${name}: no part grows past bounds`, () => {
      const found = parts(reply);
      expect(found.length).toBeGreaterThan(1);
      expect(Math.max(...found.map((part) => part.length))).toBeLessThan(LIMIT);
      const decoder = new ReplyDecoder();
      for (const part of found) decoder.feed(part);
      expect(decoder.next()).toHaveLength(count);
      expect(decoder.next()).toBeUndefined();
    });
  }

  test('a very long one leaves the heap: all but its first megabyte are bytes', () => {
    const reply = Array.from({ length: 400_000 }, (_, i) => `\xff${i}`);
    const found = parts(reply);
    const onHeap = found.filter((part) => typeof part === 'string').reduce((sum, part) => sum + part.length, 0);
    expect(onHeap).toBeLessThan(1.1 * 1024 * 1024);
    expect(found.map((part) => part.toString('latin1')).join('') === encodeReply(reply)).toBe(true);
    expect(encodeReply(reply)).toContain('$7\r\n\xff399999\r\n');
  });

  test('each part is announced, and what is discarded in the middle of a reply takes no room', () => {
    const writer = new ReplyWriter();
    const sizes: number[] = [];
    writer.onPart = () => {
      sizes.push(writer.size);
      if (writer.size > 100_000) writer.discard();
    };
    writer.write(Array.from({ length: 10_000 }, () => ['x'.repeat(1_000), 'y'.repeat(20_000)]));
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.at(-1)).toBeLessThan(140_000);
    expect(writer.size).toBeLessThan(40_000);
    writer.write('more');
    expect(writer.take()).toBe('');
  });

  test('raw bytes too', () => {
    const writer = new ReplyWriter();
    for (let i = 0; i < 10; i++) writer.raw(`+${'x'.repeat(99_997)}\r\n`);
    expect(writer.size).toBe(1_000_000);
    expect((writer.take() as Part[]).join('')).toHaveLength(1_000_000);
  });
});

/** Encodes one reply on its own. */
function encodeReply(reply: Reply, protocol: 2 | 3 = 2): string {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  writer.write(reply);
  const wire = writer.take();
  return typeof wire === 'string' ? wire : wire.map((part) => part.toString('latin1')).join('');
}

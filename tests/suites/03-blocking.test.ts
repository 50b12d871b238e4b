import { client, clientResp3, describe, expect, ioredis, resp, rng, server, sleep } from '../harness/suite.ts';
import { blockedClients } from '../harness/lists.ts';
import { target, test } from '../harness/suite.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_A_FLOAT = 'ERR timeout is not a float or out of range';
const NEGATIVE = 'ERR timeout is negative';
/** A short timeout, in seconds. */
const SHORT = '0.01';

describe('BLPOP and BRPOP', () => {
  test('take from the first key that has something', async () => {
    const c = await client();
    await c.expect('RPUSH', 'b', '1').int(1);
    await c.expect('RPUSH', 'c', '2').int(1);
    await c.expect('BLPOP', 'a', 'b', 'c', '0').array(['b', '1']);
    await c.expect('BRPOP', 'a', 'b', 'c', '0').array(['c', '2']);
    await c.expect('DBSIZE').int(0);
  });

  test('INFO counts the clients that wait, those of them with a timeout, and the keys', async () => {
    const [forEver, forLong, c] = [await client(), await client(), await client()];
    const first = forEver.sendLater('BLPOP', 'a', 'b', '0');
    const second = forLong.sendLater('BLPOP', 'b', 'c', '100');
    await blockedClients(c, 2);
    const text = String(await c.send('INFO', 'clients'));
    expect(text).toContain('\r\nclients_in_timeout_table:1\r\n');
    const keys = /^total_blocking_keys:(\d+)/m.exec(text)?.[1];
    if (keys !== undefined || target.kind === 'stage') expect(keys, 'total_blocking_keys, since 7.2').toBe('3');
    await c.expect('RPUSH', 'b', '1', '2').int(2);
    await first.array(['b', '1']);
    await second.array(['b', '2']);
    expect(String(await c.send('INFO', 'clients'))).toContain('\r\nclients_in_timeout_table:0\r\n');
  });

  test('after a push of several, BLPOP gets the first and BRPOP the last', async () => {
    const [left, right, c] = [await client(), await client(), await client()];
    const first = left.sendLater('BLPOP', 'l', '0');
    const last = right.sendLater('BRPOP', 'm', '0');
    await blockedClients(c, 2);
    await c.expect('LPUSH', 'l', 'a', 'b', 'c').int(3);
    await c.expect('LPUSH', 'm', 'a', 'b', 'c').int(3);
    await first.array(['l', 'c']);
    await last.array(['m', 'a']);
    await c.expect('LRANGE', 'l', '0', '-1').array(['b', 'a']);
  });

  test('elements may hold any byte, and so may keys', async () => {
    const [waiting, c] = [await client(), await client()];
    const [key, element] = [rng().bytes(300), rng().bytes(100_000)];
    const popped = waiting.sendLater('BLPOP', key, '0');
    await waiting.blocked();
    await c.expect('RPUSH', key, element).int(1);
    await popped.array([key, element]);
  });

  test('a key of another type is refused if it comes before a list', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('BLPOP', 'none', 's', 'l', '0').error(WRONGTYPE);
    await c.expect('BLPOP', 'l', 's', '0').array(['l', 'a']);
    await c.expect('BRPOP', 's', '0').error(WRONGTYPE);
  });

  test('want a key and a timeout', async () => {
    const c = await client();
    await c.expect('BLPOP', '0').error("ERR wrong number of arguments for 'blpop' command");
    await c.expect('BRPOP').error("ERR wrong number of arguments for 'brpop' command");
  });
});

describe('several keys', () => {
  test('a key named twice gives one element', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', 'l', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await popped.array(['l', 'a']);
    await waiting.silent();
    await c.expect('LRANGE', 'l', '0', '-1').array(['b']);
  });
});

describe('first come, first served', () => {
  test('a client that was served and waits again is last in the queue', async () => {
    const [first, second, c] = [await client(), await client(), await client()];
    let a = first.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 1);
    const b = second.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 2);
    await c.expect('RPUSH', 'l', '1').int(1);
    await a.array(['l', '1']);
    a = first.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 2);
    await c.expect('RPUSH', 'l', '2').int(1);
    await b.array(['l', '2']);
    await c.expect('RPUSH', 'l', '3').int(1);
    await a.array(['l', '3']);
  });

  test('a client whose timeout has expired is no longer in the queue', async () => {
    const [first, second, c] = [await client(), await client(), await client()];
    const early = first.sendLater('BLPOP', 'l', '0.2');
    await blockedClients(c, 1);
    const late = second.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 2);
    await early.nilArray();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await late.array(['l', 'a']);
  });

  test('a hundred clients share a hundred elements', async () => {
    const c = await client();
    const waiting = await Promise.all(Array.from({ length: 100 }, () => client()));
    const replies = waiting.map((one) => one.sendLater('BLPOP', 'l', 'm', '0').reply);
    await blockedClients(c, 100);
    const elements = Array.from({ length: 100 }, (_, i) => String(i));
    await c.expect('RPUSH', 'l', ...elements.slice(0, 50)).int(50);
    await c.expect('RPUSH', 'm', ...elements.slice(50)).int(50);
    const popped = (await Promise.all(replies)).map((reply) => Number((reply as [string, string])[1]));
    expect(popped.sort((a, b) => a - b)).toEqual(elements.map(Number));
    await c.expect('DBSIZE').int(0);
  });
});

describe('what makes a key ready', () => {
  const makers: [name: string, commands: string[][]][] = [
    ['LPUSH', [['LPUSH', 'l', 'x']]],
    ['RENAME', [['RPUSH', 'other', 'x'], ['RENAME', 'other', 'l']]],
    ['RENAMENX', [['RPUSH', 'other', 'x'], ['RENAMENX', 'other', 'l']]],
    ['COPY', [['RPUSH', 'other', 'x'], ['COPY', 'other', 'l']]],
    ['LMOVE', [['RPUSH', 'other', 'x'], ['LMOVE', 'other', 'l', 'LEFT', 'LEFT']]],
    ['RPOPLPUSH', [['RPUSH', 'other', 'x'], ['RPOPLPUSH', 'other', 'l']]],
    ['MOVE', [['SELECT', '1'], ['RPUSH', 'l', 'x'], ['MOVE', 'l', '0']]],
    ['SWAPDB', [['SELECT', '1'], ['RPUSH', 'l', 'x'], ['SWAPDB', '0', '1']]],
  ];
  for (const [name, commands] of makers) {
    test(`${name} does`, async () => {
      const [waiting, c] = [await client(), await client()];
      const popped = waiting.sendLater('BLPOP', 'l', '0');
      await waiting.blocked();
      for (const command of commands) await c.expect(...command).success();
      await popped.array(['l', 'x']);
    });
  }

  test('a string does not, nor does its end: only a list', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('SET', 'l', 'x').ok();
    await c.expect('APPEND', 'l', 'y').int(2);
    await c.expect('DEL', 'l').int(1);
    await c.expect('SADD', 'l', 'member').int(1);
    await c.expect('FLUSHALL').ok();
    await waiting.silent();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.array(['l', 'a']);
  });

  test('the same name in another database does not', async () => {
    const [waiting, c] = [await client(), await client()];
    await waiting.expect('SELECT', '1').ok();
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'l', 'zero').int(1);
    await waiting.silent();
    await c.expect('SELECT', '1').ok();
    await c.expect('RPUSH', 'l', 'one').int(1);
    await popped.array(['l', 'one']);
  });

  test('a push that makes no list does not, nor one to another key', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    await c.expect('LPUSHX', 'l', 'x').int(0);
    await c.expect('RPUSH', 'other', 'x').int(1);
    await waiting.silent();
    await c.expect('RPUSH', 'l', 'y').int(1);
    await popped.array(['l', 'y']);
  });
});

describe('timeouts', () => {
  test('do not end early: a key that should expire by then is gone', async () => {
    const c = await client();
    for (let turn = 0; turn < 30; turn++) {
      c.write(resp('SET', 'k', 'v', 'PX', '5') + resp('BLPOP', 'l', '0.005') + resp('EXISTS', 'k'));
      await c.raw('+OK\r\n*-1\r\n:0\r\n');
    }
  });

  test('the shorter one ends first, by whole seconds or parts', async () => {
    const [slow, quick] = [await client(), await client()];
    let order = '';
    const long = slow.sendLater('BLPOP', 'l', '0.6').nilArray().then(() => (order += 'long'));
    await quick.expect('BLPOP', 'l', '.02').nilArray().then(() => (order += 'short '));
    await long;
    expect(order).toBe('short long');
  });

  const accepted = ['1E-3', '0x1p-9', '0X.8p-8', '+.001', '1e-400'];
  test('may be written as C writes a number', async () => {
    const c = await client();
    for (const timeout of accepted) await c.expect('BLPOP', 'l', timeout).nilArray();
  });

  test('0 is for ever, and so is what rounds to it from below', async () => {
    const c = await client();
    for (const timeout of ['0', '0.0', '-0', '-0x0', '0e5', '-0.0000001', '1e9', '9000000000000']) {
      const waiting = await client();
      const popped = waiting.sendLater('BLPOP', 'l', timeout);
      await waiting.blocked();
      await c.expect('RPUSH', 'l', 'a').int(1);
      await popped.array(['l', 'a']);
    }
  });

  test('must be a number', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a').int(1);
    const words = ['x', '', ' 1', '1 ', '1s', '1_0', '.', '-', '1e', '0x', '0xp1', '0x1p', 'nan', 'infin'];
    const beyond = ['1e5000', '0x1p99999', '1e-5000'];
    for (const timeout of [...words, ...beyond]) await c.expect('BLPOP', 'l', timeout).error(NOT_A_FLOAT);
    await c.expect('BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 'x').error(NOT_A_FLOAT);
    await c.expect('BRPOPLPUSH', 'l', 'm', 'x').error(NOT_A_FLOAT);
    await c.expect('BLMPOP', 'x', '1', 'l', 'LEFT').error(NOT_A_FLOAT);
    await c.expect('LLEN', 'l').int(1);
  });

  test('must not be negative', async () => {
    const c = await client();
    const negative = ['-1', '-0.5', '-0x1', '-1e400', '-inf'];
    for (const timeout of negative) await c.expect('BLPOP', 'l', timeout).error(NEGATIVE);
    await c.expect('BLMPOP', '-1', '1', 'l', 'LEFT').error(NEGATIVE);
  });

  test('must not be beyond 64 bits of milliseconds', async () => {
    const c = await client();
    // 7.0 lets the number overflow and calls it negative.
    for (const timeout of ['inf', '+Infinity', '1e16', '1e400', '0x1p60']) {
      await c.expect('BLPOP', 'l', timeout).errorLike(/^ERR timeout is (out of range|negative)$/);
    }
  });

  test('are looked at before the keys', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('BLPOP', 's', 'x').error(NOT_A_FLOAT);
    await c.expect('BRPOPLPUSH', 's', 's', '-1').error(NEGATIVE);
  });
});

describe('BLMOVE and BRPOPLPUSH', () => {
  test('move at once what is there', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
    await c.expect('BLMOVE', 'l', 'm', 'LEFT', 'RIGHT', '0').bulk('a');
    await c.expect('BRPOPLPUSH', 'l', 'm', '0').bulk('c');
    await c.expect('LRANGE', 'm', '0', '-1').array(['c', 'a']);
  });

  test('what they push serves the next in the chain', async () => {
    const [one, two, three, c] = [await client(), await client(), await client(), await client()];
    const third = three.sendLater('BLPOP', 'c', '0');
    const second = two.sendLater('BLMOVE', 'b', 'c', 'LEFT', 'LEFT', '0');
    const first = one.sendLater('BRPOPLPUSH', 'a', 'b', '0');
    await blockedClients(c, 3);
    await c.expect('RPUSH', 'a', 'x').int(1);
    await first.bulk('x');
    await second.bulk('x');
    await third.array(['c', 'x']);
    await c.expect('DBSIZE').int(0);
  });

  test('onto the same list, an element stays', async () => {
    const [waiting, c] = [await client(), await client()];
    const moved = waiting.sendLater('BRPOPLPUSH', 'l', 'l', '0');
    await waiting.blocked();
    await c.expect('RPUSH', 'l', 'a', 'b').int(2);
    await moved.bulk('b');
    await c.expect('LRANGE', 'l', '0', '-1').array(['b', 'a']);
  });

  test('a target of another type is an error when the time comes, and the element goes to the next', async () => {
    const [first, second, c] = [await client(), await client(), await client()];
    await c.expect('SET', 's', 'x').ok();
    const moved = first.sendLater('BLMOVE', 'l', 's', 'LEFT', 'LEFT', '0');
    await blockedClients(c, 1);
    const popped = second.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 2);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await moved.error(WRONGTYPE);
    await popped.array(['l', 'a']);
  });

  test('refuse what is wrong at once', async () => {
    const c = await client();
    await c.expect('SET', 's', 'x').ok();
    await c.expect('BLMOVE', 's', 'm', 'LEFT', 'LEFT', '0').error(WRONGTYPE);
    await c.expect('BRPOPLPUSH', 's', 'm', '0').error(WRONGTYPE);
    await c.expect('BLMOVE', 's', 'm', 'UP', 'LEFT', 'x').error(SYNTAX);
    await c.expect('BLMOVE', 's', 'm', 'LEFT', '', '0').error(SYNTAX);
    await c.expect('BLMOVE', 's', 'm', 'LEFT', 'LEFT').error("ERR wrong number of arguments for 'blmove' command");
    await c.expect('BRPOPLPUSH', 's', 'm').error("ERR wrong number of arguments for 'brpoplpush' command");
  });
});

describe('BLMPOP', () => {
  test('takes at once what is there', async () => {
    const c = await client();
    await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
    await c.expect('BLMPOP', '0', '2', 'none', 'l', 'LEFT').array(['l', ['a']]);
    await c.expect('BLMPOP', '0', '1', 'l', 'RIGHT', 'COUNT', '9').array(['l', ['c', 'b']]);
    await c.expect('EXISTS', 'l').int(0);
  });

  test('waits, and takes as many as it may', async () => {
    const [first, second, c] = [await client(), await client(), await client()];
    const some = first.sendLater('BLMPOP', '0', '2', 'l', 'm', 'LEFT', 'COUNT', '2');
    await blockedClients(c, 1);
    const rest = second.sendLater('BLMPOP', '0', '1', 'm', 'RIGHT', 'COUNT', '9');
    await blockedClients(c, 2);
    await c.expect('RPUSH', 'm', 'a', 'b', 'c', 'd').int(4);
    await some.array(['m', ['a', 'b']]);
    await rest.array(['m', ['d', 'c']]);
    await c.expect('EXISTS', 'm').int(0);
  });

  test('refuses what does not add up before it looks at the timeout', async () => {
    const c = await client();
    await c.expect('BLMPOP', 'x', '0', 'l', 'LEFT').error('ERR numkeys should be greater than 0');
    await c.expect('BLMPOP', 'x', '1', 'l', 'LEFT', 'COUNT', '0').error('ERR count should be greater than 0');
    await c.expect('BLMPOP', 'x', '1', 'l', 'UP').error(SYNTAX);
    await c.expect('BLMPOP', 'x', '2', 'l', 'LEFT').error(SYNTAX);
    await c.expect('BLMPOP', '0', '1', 'l').error("ERR wrong number of arguments for 'blmpop' command");
  });
});

describe('a client that waits', () => {
  test('is counted, until it has its reply', async () => {
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 1);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.success();
    await blockedClients(c, 0);
  });

  test('answers its later requests, in order, when its wait is over', async () => {
    const [waiting, c] = [await client(), await client()];
    waiting.write(resp('PING', 'before') + resp('BLPOP', 'l', '0') + resp('LLEN', 'l') + resp('SET', 'k', 'v'));
    await waiting.raw('$6\r\nbefore\r\n');
    waiting.write(resp('GET', 'k') + 'PING inline\r\n' + resp('BLPOP', 'l', '0') + resp('PING', 'after'));
    await blockedClients(c, 1);
    await c.expect('EXISTS', 'k').int(0);
    await c.expect('RPUSH', 'l', 'a', 'b', 'c').int(3);
    await waiting.raw('*2\r\n$1\r\nl\r\n$1\r\na\r\n:2\r\n+OK\r\n$1\r\nv\r\n$6\r\ninline\r\n');
    await waiting.raw('*2\r\n$1\r\nl\r\n$1\r\nb\r\n$5\r\nafter\r\n');
    await c.expect('LRANGE', 'l', '0', '-1').array(['c']);
  });

  test('executes its later requests when its timeout expires', async () => {
    const waiting = await client();
    waiting.write(resp('BLPOP', 'l', '0.05') + resp('BLPOP', 'l', SHORT) + resp('PING'));
    await waiting.raw('*-1\r\n*-1\r\n+PONG\r\n');
  });

  test('keeps five megabytes of later requests', async () => {
    const [waiting, c] = [await client(), await client()];
    const big = rng().bytes(1024 * 1024);
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await waiting.blocked();
    const echoes = Array.from({ length: 5 }, (_, i) => waiting.expect('ECHO', big + i));
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.array(['l', 'a']);
    for (let i = 0; i < 5; i++) await echoes[i]!.bulk(big + i);
  });

  test('may send no more later requests than client-query-buffer-limit allows', async () => {
    const own = await server('--client-query-buffer-limit', '1mb');
    const [waiting, c] = [await own.client(), await own.client()];
    waiting.write(resp('BLPOP', 'l', '0'));
    await blockedClients(c, 1);
    waiting.write(resp('PING').repeat(200_000));
    await waiting.closed();
    await blockedClients(c, 0);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await c.expect('LLEN', 'l').int(1);
  });

  test('may wait in a loop', async () => {
    const [waiting, c] = [await client(), await client()];
    waiting.write(resp('BLPOP', 'l', '0').repeat(200));
    for (let i = 0; i < 200; i++) await c.expect('RPUSH', 'l', 'x').success();
    await waiting.raw('*2\r\n$1\r\nl\r\n$1\r\nx\r\n'.repeat(200));
    await c.expect('EXISTS', 'l').int(0);
  });

  test('is not idle: the timeout for idle clients lets it wait', async () => {
    const own = await server('--timeout', '1');
    const c = await own.client();
    c.write(resp('BLPOP', 'l', '2.3'));
    await sleep(2300); // longer than the judge waits for a reply
    await c.raw('*-1\r\n');
    await c.expect('PING').status('PONG');
  });
});

describe('CLIENT UNBLOCK', () => {
  const UNBLOCKED = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';

  const waits: [name: string, command: string[]][] = [
    ['BLPOP', ['BLPOP', 'l', 'm', '0']],
    ['BRPOP', ['BRPOP', 'l', '100']],
    ['BLMOVE', ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0']],
    ['BRPOPLPUSH', ['BRPOPLPUSH', 'l', 'm', '0']],
    ['BLMPOP', ['BLMPOP', '0', '2', 'l', 'm', 'LEFT']],
  ];
  for (const [name, command] of waits) {
    test(`ends ${name} as the end of its time would, or with an error`, async () => {
      const c = await client();
      for (const waiting of [await client(), await clientResp3()]) {
        const id = String(await waiting.send('CLIENT', 'ID'));
        for (const reason of [[], ['TIMEOUT'], ['timeout']]) {
          const reply = waiting.sendLater(...command);
          await waiting.blocked();
          await c.expect('CLIENT', 'UNBLOCK', id, ...reason).int(1);
          await reply.nilArray();
        }
        const reply = waiting.sendLater(...command);
        await waiting.blocked();
        await c.expect('client', 'unblock', id, 'Error').int(1);
        await reply.error(UNBLOCKED);
      }
    });
  }

  test('an error that ends a wait is counted as a failure of its command', async () => {
    const [waiting, c] = [await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    const read = async () => {
      const text = String(await c.send('INFO', 'everything'));
      const find = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
      return [
        find(/^cmdstat_blmove:calls=(\d+)/m),
        find(/^cmdstat_blmove:.*failed_calls=(\d+)/m),
        find(/^errorstat_UNBLOCKED:count=(\d+)/m),
      ];
    };
    const before = await read();
    const ended = waiting.sendLater('BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0');
    await waiting.blocked();
    await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
    await ended.error(UNBLOCKED);
    expect((await read()).map((value, i) => value - before[i]!)).toEqual([1, 1, 1]);
  });

  test('is the end of the wait: the client is not counted, and takes nothing any more', async () => {
    const [waiting, next, c] = [await client(), await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    const ended = waiting.sendLater('BLPOP', 'l', 'm', '0');
    await blockedClients(c, 1);
    const popped = next.sendLater('BLPOP', 'l', '0');
    await blockedClients(c, 2);
    await c.expect('CLIENT', 'UNBLOCK', id).int(1);
    await ended.nilArray();
    await blockedClients(c, 1);
    await c.expect('RPUSH', 'm', 'a').int(1);
    await c.expect('RPUSH', 'l', 'b').int(1);
    await popped.array(['l', 'b']);
    await c.expect('LRANGE', 'm', '0', '-1').array(['a']);
    await waiting.expect('PING').status('PONG');
  });

  test('answers a client once, whose time would be over a moment later', async () => {
    const [waiting, c] = [await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    const ended = waiting.sendLater('BLPOP', 'l', '0.3');
    await waiting.blocked();
    await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
    await ended.error(UNBLOCKED);
    const again = waiting.sendLater('BLPOP', 'l', '0');
    await sleep(400);
    await c.expect('RPUSH', 'l', 'a').int(1);
    await again.array(['l', 'a']);
  });

  test('lets the later requests of the client run', async () => {
    const [waiting, c] = [await client(), await client()];
    const id = String(await waiting.send('CLIENT', 'ID'));
    waiting.write(resp('BLPOP', 'l', '0') + resp('PING') + resp('BLPOP', 'l', '0') + resp('LLEN', 'l'));
    await blockedClients(c, 1);
    await c.expect('CLIENT', 'UNBLOCK', id, 'ERROR').int(1);
    await waiting.raw(`-${UNBLOCKED}\r\n+PONG\r\n`);
    await blockedClients(c, 1);
    await c.expect('CLIENT', 'UNBLOCK', id, 'TIMEOUT').int(1);
    await waiting.raw('*-1\r\n:0\r\n');
  });

  test('answers 0 for a client that does not wait, itself, and one that is not there', async () => {
    const [other, c] = [await client(), await client()];
    await c.expect('CLIENT', 'UNBLOCK', String(await other.send('CLIENT', 'ID'))).int(0);
    await c.expect('CLIENT', 'UNBLOCK', String(await c.send('CLIENT', 'ID')), 'ERROR').int(0);
    for (const id of ['0', '-1', '123456789', '9223372036854775807']) {
      await c.expect('CLIENT', 'UNBLOCK', id).int(0);
    }
    await other.silent();
  });

  test('looks at the reason before the ID', async () => {
    const c = await client();
    await c.expect('CLIENT', 'UNBLOCK', 'x').error('ERR value is not an integer or out of range');
    await c.expect('CLIENT', 'UNBLOCK', '9223372036854775808').error('ERR value is not an integer or out of range');
    const reason = 'ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR';
    await c.expect('CLIENT', 'UNBLOCK', 'x', 'soon').error(reason);
    await c.expect('CLIENT', 'UNBLOCK', '1', '').error(reason);
    await c.expect('CLIENT', 'UNBLOCK').error("ERR wrong number of arguments for 'client|unblock' command");
    await c
      .expect('CLIENT', 'UnBlock', '1', 'TIMEOUT', 'x')
      .error("ERR unknown subcommand or wrong number of arguments for 'UnBlock'. Try CLIENT HELP.");
  });
});

test('a worker in ioredis gets its jobs', async () => {
  const [worker, boss] = [await ioredis(), await ioredis()];
  const jobs: (string | undefined)[] = [];
  const working = (async () => {
    for (let i = 0; i < 3; i++) jobs.push((await worker.blpop('jobs', 0))?.[1]);
    return worker.blpop('jobs', 0.01);
  })();
  await boss.rpush('jobs', 'one');
  await boss.rpush('jobs', 'two', 'three');
  expect(await working).toBeNull();
  expect(jobs).toEqual(['one', 'two', 'three']);
});

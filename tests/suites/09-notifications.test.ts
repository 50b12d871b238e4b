import { client, clientResp3, describe, expect, items, reusedServer, server, sleep, test, until, type Client } from '../harness/suite.ts';
import { applied, configured, fakePrimary, follow, linkUp, tinyRdb } from '../harness/replication.ts';

/** The events that a client receives: `k set` for the event `set` of the key `k`, `1:k set` in database 1. */
interface Listener {
  readonly c: Client;
  /** The next events must be these, and no others may follow. */
  hears(...events: string[]): Promise<void>;
}

/** Turns on notifications of these classes until the test ends, and listens to all of them. */
async function listen(classes: string): Promise<Listener> {
  await configured({ 'notify-keyspace-events': `E${classes}` });
  return listener(await client());
}

async function listener(c: Client): Promise<Listener> {
  await c.expect('PSUBSCRIBE', '__keyevent@*').success();
  return {
    c,
    async hears(...events) {
      for (const event of events) {
        await c.receive().matches((message) => {
          const [, , channel, key] = items(message) as string[];
          const [, db, name] = /^__keyevent@(\d+)__:(.*)$/s.exec(channel!)!;
          expect(`${db === '0' ? '' : `${db}:`}${key} ${name}`).toBe(event);
        }, `the event ${event}`);
      }
      await c.silent();
    },
  };
}

/** Runs requests whose words are separated by spaces; none may end in an error. */
async function run(...requests: string[]): Promise<void> {
  const c = await client();
  for (const request of requests) await c.expect(...request.split(' ')).success();
}

/** These requests make these events, in this order. */
function events(name: string, requests: string[], expected: string[]): void {
  test(name, async () => {
    const l = await listen('A');
    await run(...requests);
    await l.hears(...expected);
  });
}

describe('two channels for each change', () => {
  test('both: the key comes first', async () => {
    await configured({ 'notify-keyspace-events': 'KEA' });
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', '__key*').array(['psubscribe', '__key*', 1]);
    await c.expect('SET', 'k', 'v').ok();
    await reader.receive().array(['pmessage', '__key*', '__keyspace@0__:k', 'set']);
    await reader.receive().array(['pmessage', '__key*', '__keyevent@0__:set', 'k']);
  });

  test('they name the database', async () => {
    const l = await listen('A');
    const c = await client();
    await c.expect('SELECT', 9).ok();
    await c.expect('SET', 'k', 'v').ok();
    await l.hears('9:k set');
  });

  test('keys may hold any bytes', async () => {
    await configured({ 'notify-keyspace-events': 'KEA' });
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 1]);
    await c.expect('SET', '\x00\xff\r\n', 'v').ok();
    await reader.receive().array(['pmessage', '*', '__keyspace@0__:\x00\xff\r\n', 'set']);
    await reader.receive().array(['pmessage', '*', '__keyevent@0__:set', '\x00\xff\r\n']);
  });
});

describe('notify-keyspace-events', () => {
  test('without K and E nothing is published', async () => {
    await configured({ 'notify-keyspace-events': 'A' });
    const [reader, c] = [await client(), await client()];
    await reader.expect('PSUBSCRIBE', '*').array(['psubscribe', '*', 1]);
    await c.expect('SET', 'k', 'v').ok();
    await reader.silent();
  });

  test('turned off again', async () => {
    const l = await listen('A');
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('CONFIG', 'SET', 'notify-keyspace-events', '').ok();
    await c.expect('SET', 'k', 'v').ok();
    await l.hears('k set');
  });

  test('set several times: each change is published once', async () => {
    const l = await listen('A');
    for (const classes of ['E$', 'KE$', 'E$g']) await configured({ 'notify-keyspace-events': classes });
    await run('SET k v', 'DEL k');
    await l.hears('k set', 'k del');
  });

  for (const [given, shown] of [
    ['', ''],
    ['KEA', 'AKE'],
    ['AKE', 'AKE'],
    ['KEAm', 'AKEm'],
    ['g$lshzxetdKE', 'AKE'],
    ['Kx', 'xK'],
    ['mEh$g', 'g$hEm'],
    ['nK', 'nK'],
    ['KKEE', 'KE'],
    ['dntezshl', 'lshzetdn'],
  ] as const) {
    test(`CONFIG GET shows ${JSON.stringify(given)} as ${JSON.stringify(shown)}`, async () => {
      await configured({ 'notify-keyspace-events': given });
      const c = await client();
      await c.expect('CONFIG', 'GET', 'notify-keyspace-events').array(['notify-keyspace-events', shown]);
    });
  }

  test('a letter that there is not', async () => {
    const c = await client();
    for (const wrong of ['KEq', 'K E']) {
      await c.expect('CONFIG', 'SET', 'notify-keyspace-events', wrong).error(
        "ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - " +
          "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.",
      );
    }
    await c.expect('CONFIG', 'GET', 'notify-keyspace-events').array(['notify-keyspace-events', '']);
  });

  test('a wrong letter at the start', async () => {
    await expect(server('--notify-keyspace-events', 'KEq')).rejects.toThrow(/Invalid event class character/);
  });

  test('given at the start', async () => {
    const own = await reusedServer('--notify-keyspace-events', 'Eg$');
    const [l, c] = [await listener(await own.client()), await own.client()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('RPUSH', 'l', 'v').int(1);
    await c.expect('DEL', 'k', 'l').int(2);
    await l.hears('k set', 'k del', 'l del');
  });

  for (const [letter, requests, expected] of [
    ['g', ['SET k v', 'EXPIRE k 100', 'RPUSH l a', 'LPOP l', 'DEL k'], ['k expire', 'l del', 'k del']],
    ['$', ['SET k v', 'APPEND k x', 'RPUSH l a', 'DEL k'], ['k set', 'k append']],
    ['l', ['SET k v', 'RPUSH l a', 'LPOP l', 'SADD s a'], ['l rpush', 'l lpop']],
    ['s', ['SADD s a', 'SREM s a', 'HSET h a b'], ['s sadd', 's srem']],
    ['h', ['HSET h a b', 'HDEL h a', 'SADD s a'], ['h hset', 'h hdel']],
    ['t', ['XADD x 1-1 a b', 'XDEL x 1-1', 'HSET h a b'], ['x xadd', 'x xdel']],
    ['n', ['SET k v', 'SET k w', 'RPUSH l a', 'RPUSH l a'], ['k new', 'l new']],
    ['m', ['SET k v', 'GET k', 'GET nosuch', 'LLEN l'], ['nosuch keymiss', 'l keymiss']],
  ] as const) {
    test(`the class ${letter}`, async () => {
      const l = await listen(letter);
      await run(...requests);
      await l.hears(...expected);
    });
  }

  test('A holds neither new nor missed keys', async () => {
    const l = await listen('A');
    await run('GET nosuch', 'SET k v');
    await l.hears('k set');
  });
});

describe('the events of commands', () => {
  events('SET with its options', ['SET k v', 'SET k w EX 100', 'SET k x KEEPTTL', 'SETEX k 100 v', 'GETSET k v'], [
    'k set',
    'k set',
    'k expire',
    'k set',
    'k set',
    'k expire',
    'k set',
  ]);

  events('a SET that does nothing', ['SET k v', 'SET k w NX', 'SET nosuch w XX', 'SETNX k w', 'MSETNX k 1 j 2'], ['k set']);

  events('strings in place', ['APPEND k a', 'SETRANGE k 0 b', 'SETRANGE k 0 _', 'GETDEL k'], [
    'k append',
    'k setrange',
    'k setrange',
    'k del',
  ]);

  events('numbers', ['INCR n', 'DECR n', 'INCRBY n 5', 'INCRBYFLOAT n 0.5'], [
    'n incrby',
    'n incrby',
    'n incrby',
    'n incrbyfloat',
  ]);

  events('deadlines', ['SET k v', 'EXPIRE k 100', 'GETEX k EX 50', 'PERSIST k', 'PERSIST k', 'EXPIRE k -1'], [
    'k set',
    'k expire',
    'k expire',
    'k persist',
    'k del',
  ]);

  events('RENAME and COPY', ['SET a v', 'RENAME a b', 'COPY b c', 'COPY b c', 'COPY b c REPLACE'], [
    'a set',
    'a rename_from',
    'b rename_to',
    'c copy_to',
    'c copy_to',
  ]);

  events('MOVE', ['SET a v', 'MOVE a 1'], ['a set', 'a move_from', '1:a move_to']);

  test('RESTORE', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    const dumped = String(await c.send('DUMP', 'k'));
    const l = await listen('A');
    await c.expect('RESTORE', 'j', 0, dumped).ok();
    await c.expect('RESTORE', 'j', 100_000, dumped, 'REPLACE').ok();
    await c.expect('RESTORE', 'j', 1, dumped, 'REPLACE', 'ABSTTL').ok();
    await l.hears('j restore', 'j restore', 'j del');
  });

  events('lists', ['RPUSH l a b c d', 'LSET l 0 x', 'LINSERT l BEFORE b y', 'LREM l 0 b', 'LTRIM l 1 2', 'RPOP l', 'LPOP l'], [
    'l rpush',
    'l lset',
    'l linsert',
    'l lrem',
    'l ltrim',
    'l rpop',
    'l lpop',
    'l del',
  ]);

  events('a list that another takes from', ['RPUSH l a b', 'LMOVE l m LEFT RIGHT', 'RPOPLPUSH l m', 'LMPOP 1 m LEFT COUNT 5'], [
    'l rpush',
    'm rpush',
    'l lpop',
    'm lpush',
    'l rpop',
    'l del',
    'm lpop',
    'm del',
  ]);

  events('hashes', ['HSET h a 1 b 2', 'HINCRBY h a 1', 'HINCRBYFLOAT h a 1.5', 'HSETNX h a 1', 'HDEL h a nosuch', 'HDEL h b'], [
    'h hset',
    'h hincrby',
    'h hincrbyfloat',
    'h hdel',
    'h hdel',
    'h del',
  ]);

  events('sets', ['SADD s a b', 'SADD s a', 'SMOVE s t a', 'SPOP s', 'SREM t nosuch', 'SREM t a'], [
    's sadd',
    's srem',
    't sadd',
    's spop',
    's del',
    't srem',
    't del',
  ]);

  events(
    'sets made of others',
    ['SADD a 1 2', 'SADD b 2', 'SUNIONSTORE c a b', 'SINTERSTORE c a b', 'SDIFFSTORE c a b', 'SDIFFSTORE c b a', 'SDIFFSTORE c b a'],
    ['a sadd', 'b sadd', 'c sunionstore', 'c sinterstore', 'c sdiffstore', 'c del'],
  );

  events('streams', ['XADD x 1-1 a b', 'XADD x MAXLEN 1 2-1 a b', 'XTRIM x MAXLEN 0', 'XSETID x 9-9'], [
    'x xadd',
    'x xadd',
    'x xtrim',
    'x xtrim',
    'x xsetid',
  ]);

  events(
    'groups of consumers',
    ['XGROUP CREATE x g 0 MKSTREAM', 'XGROUP SETID x g 0', 'XGROUP CREATECONSUMER x g c', 'XGROUP DELCONSUMER x g c', 'XGROUP DESTROY x g'],
    ['x xgroup-create', 'x xgroup-setid', 'x xgroup-createconsumer', 'x xgroup-delconsumer', 'x xgroup-destroy'],
  );

  events('a flush and an exchange of databases are no events', ['SET k v', 'FLUSHDB', 'SET k v', 'SWAPDB 0 1', 'FLUSHALL'], [
    'k set',
    'k set',
  ]);

  test('new keys, of which the event itself follows', async () => {
    const l = await listen('An');
    await run('SET k v', 'SET k w', 'RENAME k j', 'COPY j i', 'COPY j i REPLACE', 'HSET h a b', 'SUNIONSTORE s nosuch');
    await l.hears(
      ...['k new', 'k set', 'k set', 'j new', 'k rename_from', 'j rename_to'],
      ...['i new', 'i copy_to', 'i new', 'i copy_to', 'h new', 'h hset'],
    );
  });

  test('keymiss is published when a read finds no key, but not when a write finds none', async () => {
    const l = await listen('m');
    await run('GET a', 'MGET b c', 'EXISTS d', 'TTL e', 'DEL f', 'APPEND g x', 'OBJECT ENCODING h', 'SINTER i j', 'XACK k g 1-1');
    await l.hears('a keymiss', 'b keymiss', 'c keymiss', 'd keymiss', 'e keymiss', 'i keymiss', 'j keymiss', 'k keymiss');
  });
});

describe('keys that go unasked', () => {
  test('expired: when a command looks the key up', async () => {
    const l = await listen('A');
    const c = await client();
    await c.expect('SET', 'k', 'v', 'PX', 1).ok();
    await l.c.receive().success();
    await l.c.receive().success();
    await sleep(5);
    await c.expect('GET', 'k').nil();
    await l.hears('k expired');
  });

  test('expired: without anybody asking', async () => {
    const l = await listen('x');
    await run('SET k v PX 1');
    await l.hears('k expired');
  });

  test('evicted', async () => {
    const own = await reusedServer('--maxmemory-policy', 'allkeys-random', '--notify-keyspace-events', 'Eeg');
    const [l, c] = [await listener(await own.client()), await own.client()];
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('CONFIG', 'SET', 'maxmemory', 1).ok();
    await until(async () => (await c.send('DBSIZE')) === 0, 'the key to be evicted');
    await c.expect('CONFIG', 'SET', 'maxmemory', 0).ok();
    await l.hears('k evicted');
  });

  test('while a client waits for the key: the push, then the pop', async () => {
    const l = await listen('A');
    const [waiting, c] = [await client(), await client()];
    const popped = waiting.sendLater('BLPOP', 'l', 0);
    await waiting.blocked();
    await c.expect('RPUSH', 'l', 'a').int(1);
    await popped.array(['l', 'a']);
    await l.hears('l rpush', 'l lpop', 'l del');
  });
});

describe('the order of events and replies', () => {
  test.since('7.2', 'a client is notified of its own changes after the reply', async () => {
    await configured({ 'notify-keyspace-events': 'EA' });
    const c = await clientResp3();
    await c.expect('PSUBSCRIBE', '*').push(['psubscribe', '*', 1]);
    c.write('RPUSH l a\r\nLPOP l\r\n');
    await c.receive().int(1);
    await c.receive().push(['pmessage', '*', '__keyevent@0__:rpush', 'l']);
    await c.receive().bulk('a');
    await c.receive().push(['pmessage', '*', '__keyevent@0__:lpop', 'l']);
    await c.receive().push(['pmessage', '*', '__keyevent@0__:del', 'l']);
  });

  test.since('7.2', 'a client that waited for a key is notified of the pop after its reply', async () => {
    await configured({ 'notify-keyspace-events': 'EA' });
    const [c, other] = [await clientResp3(), await client()];
    await c.expect('SUBSCRIBE', '__keyevent@0__:lpop').push(['subscribe', '__keyevent@0__:lpop', 1]);
    const popped = c.sendLater('BLPOP', 'l', 0);
    await c.blocked();
    await other.expect('RPUSH', 'l', 'a', 'b').int(2);
    await popped.array(['l', 'a']);
    await c.receive().push(['message', '__keyevent@0__:lpop', 'l']);
  });

  test('a transaction makes its events when it runs', async () => {
    const l = await listen('A');
    const c = await client();
    await c.expect('MULTI').ok();
    await c.expect('SET', 'k', 'v').status('QUEUED');
    await c.expect('DEL', 'k').status('QUEUED');
    await l.c.silent();
    await c.expect('EXEC').success();
    await l.hears('k set', 'k del');
  });
});

describe('on a replica', () => {
  test('what the primary streams makes events; an expired key is deleted', async () => {
    const l = await listen('A');
    const primary = await fakePrimary();
    await follow(primary.port);
    const link = await primary.link();
    await link.handshake();
    link.fullSync('0123456789'.repeat(4), 100, tinyRdb({ keys: { loaded: 'x' } }));
    await linkUp();
    await l.hears();
    link.stream('SELECT', 0);
    link.stream('SET', 'k', 'v', 'PXAT', 1);
    await applied(link);
    await l.hears('k set', 'k expire');
    await (await client()).expect('GET', 'k').nil();
    await l.hears();
    link.stream('DEL', 'k');
    await applied(link);
    await l.hears('k del');
  });
});

import { client, clientResp3, describe, expect, info, resp, reusedServer, sleep, status, test, until, type Client } from '../harness/suite.ts';
import { configured } from '../harness/replication.ts';

/** A RESP3 client that has sent CLIENT TRACKING ON with these options. */
async function tracking(...options: string[]): Promise<Client> {
  const c = await clientResp3();
  await c.expect('CLIENT', 'TRACKING', 'ON', ...options).ok();
  return c;
}

async function idOf(c: Client): Promise<string> {
  return String(await c.expect('CLIENT', 'ID').success());
}

/** Expects the push that these keys have changed; null: all keys. */
async function invalidated(c: Client, keys: readonly string[] | null): Promise<void> {
  await c.receive().push(['invalidate', keys]);
}

const TOO_LATE =
  "before disabling tracking for this client, and then re-enabling it with a different mode.";

describe('CLIENT TRACKING', () => {
  test('a key that was read is reported when another client changes it', async () => {
    const [a, b] = [await tracking(), await client()];
    await b.expect('SET', 'k', '1').ok();
    await a.expect('GET', 'k').bulk('1');
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
  });

  test('once: it has to be read again first', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await invalidated(a, ['k']);
    await b.expect('SET', 'k', '2').ok();
    await a.silent();
    await a.expect('GET', 'k').bulk('2');
    await b.expect('SET', 'k', '3').ok();
    await invalidated(a, ['k']);
  });

  test('a key that was not read is not reported', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'other', '1').ok();
    await a.silent();
  });

  test('its own changes are reported too, after the reply', async () => {
    const a = await tracking();
    await a.expect('GET', 'k').nil();
    await a.expect('SET', 'k', '1').ok();
    await invalidated(a, ['k']);
  });

  test('every client that has read the key is notified', async () => {
    const [a, b, c] = [await tracking(), await tracking(), await client()];
    for (const each of [a, b]) await each.expect('GET', 'k').nil();
    await c.expect('SET', 'k', '1').ok();
    for (const each of [a, b]) await invalidated(each, ['k']);
  });

  test('any command that reads counts, with all its keys', async () => {
    const [a, b] = [await tracking(), await client()];
    await b.expect('HSET', 'h', 'f', 'v').int(1);
    await a.expect('MGET', 'x', 'y').array([null, null]);
    await a.expect('HGETALL', 'h').map({ f: 'v' });
    await a.expect('EXISTS', 'z').int(0);
    for (const key of ['y', 'z', 'x']) {
      await b.expect('SET', key, '1').ok();
      await invalidated(a, [key]);
    }
    await b.expect('HDEL', 'h', 'f').int(1);
    await invalidated(a, ['h']);
  });

  test('a command that writes is no reading', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('SET', 'k', '1').ok();
    await a.expect('GETSET', 'k', '2').bulk('1');
    await b.expect('SET', 'k', '3').ok();
    await a.silent();
  });

  test('a key that is not there, or of the wrong type, is remembered as well', async () => {
    const [a, b] = [await tracking(), await client()];
    await b.expect('RPUSH', 'l', 'x').int(1);
    await a.expect('GET', 'l').errorLike(/^WRONGTYPE/);
    await b.expect('DEL', 'l').int(1);
    await invalidated(a, ['l']);
  });

  test('deleting, renaming and a new deadline are changes', async () => {
    const [a, b] = [await tracking(), await client()];
    const changes: [string[], string][] = [
      [['EXPIRE', 'k', '100'], 'k'],
      [['PERSIST', 'k'], 'k'],
      [['DEL', 'k'], 'k'],
    ];
    await b.expect('SET', 'k', '1').ok();
    for (const [command, key] of changes) {
      await a.expect('GET', 'k').success();
      await b.expect(...(command as [string])).int(1);
      await invalidated(a, [key]);
    }
  });

  test('a key that expires is reported', async () => {
    const a = await tracking();
    a.write(resp('SET', 'k', '1', 'PX', '30') + resp('GET', 'k'));
    await a.receive().ok();
    await a.receive().bulk('1');
    await invalidated(a, ['k']);
  });

  test('a key that is evicted is reported', async () => {
    const [a, b] = [await tracking(), await client()];
    await b.expect('SET', 'k', 'x'.repeat(2_000_000)).ok();
    await a.expect('STRLEN', 'k').int(2_000_000);
    await configured({ 'maxmemory-policy': 'allkeys-random', maxmemory: '1000000' });
    await invalidated(a, ['k']);
    await b.expect('EXISTS', 'k').int(0);
  });

  test('FLUSHALL and FLUSHDB say once that all keys are gone', async () => {
    const [a, b] = [await tracking(), await client()];
    await b.expect('MSET', 'k', '1', 'l', '2').ok();
    for (const command of ['FLUSHALL', 'FLUSHDB']) {
      await a.expect('MGET', 'k', 'l').success();
      await b.expect(command).ok();
      await invalidated(a, null);
      await a.silent();
    }
    await b.expect('SET', 'k', '1').ok();
    await a.silent();
  });

  test('its own FLUSHALL is answered first', async () => {
    const a = await tracking();
    await a.expect('FLUSHALL').ok();
    await invalidated(a, null);
  });

  test('in a transaction what changes is reported after EXEC\'s reply', async () => {
    const a = await tracking();
    await a.expect('GET', 'k').nil();
    a.write(resp('MULTI') + resp('SET', 'k', '1') + resp('GET', 'k') + resp('EXEC'));
    await a.receive().ok();
    for (let i = 0; i < 2; i++) await a.receive().status('QUEUED');
    await a.receive().array([status('OK'), '1']);
    await invalidated(a, ['k']);
    const b = await client();
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
  });

  test('a blocked client is notified of a key that it has read before', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('GET', 'k').nil();
    const popped = a.sendLater('BLPOP', 'l', '0');
    await a.blocked();
    await b.expect('RPUSH', 'l', 'x').int(1);
    await popped.array(['l', 'x']);
    await b.expect('SET', 'k', '1').ok();
    await invalidated(a, ['k']);
  });

  test('an invalidation comes before the message of the same change, whichever the client turned on first', async () => {
    const [a, b, c] = [await tracking(), await clientResp3(), await client()];
    await c.expect('CONFIG', 'SET', 'notify-keyspace-events', 'E$').ok();
    await b.expect('CLIENT', 'TRACKING', 'ON').ok();
    for (const each of [a, b]) {
      await each.expect('SUBSCRIBE', '__keyevent@0__:set').push(['subscribe', '__keyevent@0__:set', 1]);
      await each.expect('GET', 'k').nil();
    }
    await c.expect('SET', 'k', '1').ok();
    for (const each of [a, b]) {
      await invalidated(each, ['k']);
      await each.receive().push(['message', '__keyevent@0__:set', 'k']);
    }
  });

  test('it ends with the last client, and begins again with the next', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'OFF').ok();
    await b.expect('SET', 'k', '1').ok();
    await b.expect('SET', 'k', '2').ok();
    await a.expect('CLIENT', 'TRACKING', 'ON').ok();
    await a.expect('GET', 'k').bulk('2');
    await b.expect('SET', 'k', '3').ok();
    await invalidated(a, ['k']);
  });

  test('OFF ends it', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('GET', 'k').nil();
    await a.expect('CLIENT', 'TRACKING', 'OFF').ok();
    await b.expect('SET', 'k', '1').ok();
    await a.silent();
  });

  test('RESET ends it, and so does the end of the connection', async () => {
    const [a, b, c] = [await tracking(), await tracking(), await client()];
    expect((await info(c, 'clients'))['tracking_clients']).toBe('2');
    await a.expect('RESET').status('RESET');
    await b.close();
    await until(async () => (await info(c, 'clients'))['tracking_clients'] === '0', 'no tracking clients in INFO');
  });

  test('a client of RESP2 may ask for it, and is sent nothing', async () => {
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON').ok();
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await a.silent();
  });

  test('a key of the same name in another database counts as the same key', async () => {
    const [a, b] = [await tracking(), await client()];
    await a.expect('GET', 'k').nil();
    await b.expect('SELECT', '5').ok();
    await b.expect('SET', 'k', '1').ok();
    await invalidated(a, ['k']);
  });

  test('keys may hold any byte', async () => {
    const [a, b] = [await tracking(), await client()];
    const key = '\r\n\x00\xff"';
    await a.expect('GET', key).nil();
    await b.expect('SET', key, '1').ok();
    await invalidated(a, [key]);
  });
});

describe('NOLOOP', () => {
  test('leaves out what the client itself has changed', async () => {
    const [a, b] = [await tracking('NOLOOP'), await client()];
    await a.expect('GET', 'k').nil();
    await a.expect('SET', 'k', '1').ok();
    await a.silent();
    await a.expect('GET', 'k').bulk('1');
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
  });

  test('other clients hear of it', async () => {
    const [a, b] = [await tracking('NOLOOP'), await tracking()];
    for (const each of [a, b]) await each.expect('GET', 'k').nil();
    await a.expect('SET', 'k', '1').ok();
    await invalidated(b, ['k']);
    await a.silent();
  });
});

describe('OPTIN and OPTOUT', () => {
  test('OPTIN: only what CLIENT CACHING YES announces', async () => {
    const [a, b] = [await tracking('OPTIN'), await client()];
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await a.silent();
    await a.expect('CLIENT', 'CACHING', 'YES').ok();
    await a.expect('CLIENT', 'GETNAME').nil();
    await a.expect('GET', 'k').bulk('1');
    await a.expect('GET', 'l').nil();
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
    await b.expect('SET', 'l', '1').ok();
    await a.silent();
  });

  test('OPTOUT: all but what CLIENT CACHING NO announces', async () => {
    const [a, b] = [await tracking('OPTOUT'), await client()];
    await a.expect('CLIENT', 'CACHING', 'NO').ok();
    await a.expect('GET', 'k').nil();
    await a.expect('GET', 'l').nil();
    await b.expect('SET', 'k', '1').ok();
    await b.expect('SET', 'l', '1').ok();
    await invalidated(a, ['l']);
  });

  test('CLIENT CACHING holds for a whole transaction', async () => {
    const [a, b] = [await tracking('OPTIN'), await client()];
    await a.expect('CLIENT', 'CACHING', 'YES').ok();
    a.write(resp('MULTI') + resp('GET', 'k') + resp('GET', 'l') + resp('EXEC'));
    for (let i = 0; i < 4; i++) await a.receive().success();
    await a.expect('GET', 'm').nil();
    for (const key of ['l', 'm', 'k']) await b.expect('SET', key, '1').ok();
    await invalidated(a, ['l']);
    await invalidated(a, ['k']);
  });

  test('CLIENT CACHING needs the mode that it is for', async () => {
    const [a, b] = [await tracking('OPTIN'), await tracking('OPTOUT')];
    const plain = await client();
    await plain
      .expect('CLIENT', 'CACHING', 'YES')
      .error('ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled');
    await a.expect('CLIENT', 'CACHING', 'NO').error('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
    await b.expect('CLIENT', 'CACHING', 'YES').error('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
    await a.expect('CLIENT', 'CACHING', 'x').error('ERR syntax error');
  });
});

describe('BCAST', () => {
  test('every key that changes is reported, read or not', async () => {
    const [a, b] = [await tracking('BCAST'), await client()];
    await b.expect('SET', 'k', '1').ok();
    await invalidated(a, ['k']);
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
  });

  test('PREFIX narrows it down', async () => {
    const [a, b] = [await tracking('BCAST', 'PREFIX', 'user:', 'PREFIX', 'car:'), await client()];
    await b.expect('SET', 'k', '1').ok();
    await b.expect('SET', 'user:1', '1').ok();
    await invalidated(a, ['user:1']);
    await b.expect('SET', 'car:1', '1').ok();
    await invalidated(a, ['car:1']);
  });

  test('messages come in the order of the prefixes', async () => {
    const [a, b] = [await tracking('BCAST', 'PREFIX', 'b', 'PREFIX', 'a'), await client()];
    await b.expect('MSET', 'b1', '1', 'a1', '1').ok();
    await invalidated(a, ['a1']);
    await invalidated(a, ['b1']);
  });

  test('keys that change in one transaction come in one message, by name', async () => {
    const [a, b] = [await tracking('BCAST'), await client()];
    b.write(resp('MULTI') + resp('SET', 'b', '1') + resp('SET', 'a', '1') + resp('SET', 'b', '2') + resp('EXEC'));
    for (let i = 0; i < 5; i++) await b.receive().success();
    await invalidated(a, ['a', 'b']);
  });

  test('prefixes may be added, but must not overlap', async () => {
    const [a, b] = [await tracking('BCAST', 'PREFIX', 'a'), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'b').ok();
    await b.expect('MSET', 'a1', '1').ok();
    await invalidated(a, ['a1']);
    await b.expect('MSET', 'b1', '1').ok();
    await invalidated(a, ['b1']);
    await a
      .expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'bc')
      .error("ERR Prefix 'bc' overlaps with an existing prefix 'b'. Prefixes for a single client must not overlap.");
    await b
      .expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'x', 'PREFIX', 'xy')
      .error("ERR Prefix 'x' overlaps with another provided prefix 'xy'. Prefixes for a single client must not overlap.");
  });

  test('NOLOOP: a key that the client itself finds expired is reported all the same', async () => {
    const c = await (await reusedServer('--enable-debug-command', 'yes')).clientResp3();
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '0').ok();
    await c.expect('SET', 'k', 'v', 'PX', 20).ok();
    await c.expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'NOLOOP').ok();
    await sleep(30);
    await c.expect('GET', 'k').nil();
    await invalidated(c, ['k']);
    await c.expect('DEBUG', 'SET-ACTIVE-EXPIRE', '1').ok();
  });

  test('NOLOOP leaves out what the client itself has changed last', async () => {
    const [a, b] = [await tracking('BCAST', 'NOLOOP'), await tracking('BCAST')];
    await a.expect('SET', 'k', '1').ok();
    await invalidated(b, ['k']);
    await a.silent();
    await b.expect('SET', 'k', '2').ok();
    await invalidated(a, ['k']);
    await invalidated(b, ['k']);
  });

  test('its own changes come after the reply', async () => {
    const a = await tracking('BCAST');
    a.write(resp('SET', 'k', '1') + resp('GET', 'k'));
    await a.receive().ok();
    await a.receive().bulk('1');
    await invalidated(a, ['k']);
  });

  test('FLUSHALL says that all keys are gone', async () => {
    const [a, b] = [await tracking('BCAST', 'PREFIX', 'a'), await client()];
    await b.expect('FLUSHALL').ok();
    await invalidated(a, null);
  });
});

describe('REDIRECT', () => {
  /** A client of RESP2 that reads the channel of invalidations for another. */
  async function reader(): Promise<{ reader: Client; id: string }> {
    const c = await client();
    const id = await idOf(c);
    await c.expect('SUBSCRIBE', '__redis__:invalidate').push(['subscribe', '__redis__:invalidate', 1]);
    return { reader: c, id };
  }

  test('another client gets the invalidations, as messages in RESP2', async () => {
    const { reader: r, id } = await reader();
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id).ok();
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await r.receive().push(['message', '__redis__:invalidate', ['k']]);
    await a.silent();
  });

  test('FLUSHALL sends a null', async () => {
    const { reader: r, id } = await reader();
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id).ok();
    await b.expect('FLUSHALL').ok();
    await r.receive().push(['message', '__redis__:invalidate', null]);
  });

  test('BCAST may be redirected as well', async () => {
    const { reader: r, id } = await reader();
    const [a, b] = [await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', 'PREFIX', 'a').ok();
    await b.expect('MSET', 'a2', '1', 'b', '1', 'a1', '1').ok();
    await r.receive().push(['message', '__redis__:invalidate', ['a1', 'a2']]);
  });

  test('to a client of RESP3 they come as pushes', async () => {
    const [r, a, b] = [await clientResp3(), await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', await idOf(r)).ok();
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await invalidated(r, ['k']);
  });

  test('a client of RESP2 that has not subscribed gets nothing', async () => {
    const [r, a, b] = [await client(), await client(), await client()];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', await idOf(r)).ok();
    await a.expect('GET', 'k').nil();
    await b.expect('SET', 'k', '1').ok();
    await r.silent();
  });

  test('when that client is gone, the next invalidation says so', async () => {
    const [r, b] = [await clientResp3(), await client()];
    const id = await idOf(r);
    const a = await tracking('REDIRECT', id);
    await a.expect('GET', 'k').nil();
    await b.expect('CLIENT', 'KILL', 'ID', id).int(1);
    await r.closed();
    await b.expect('SET', 'k', '1').ok();
    await a.receive().push(['tracking-redir-broken', BigInt(id)]);
    await a.expect('CLIENT', 'INFO').matches((value) => JSON.stringify(value).includes(' flags=tR '), 'the flags tR');
  });

  test('a client that has said QUIT is gone, even while its end of the connection is open', async () => {
    const [a, b, reader] = [await clientResp3(), await client(), await client()];
    const id = await idOf(reader);
    await reader.expect('SUBSCRIBE', '__redis__:invalidate').success();
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id).ok();
    await a.expect('GET', 'k').nil();
    await reader.expect('QUIT').ok();
    await b.expect('SET', 'k', '1').ok();
    await a.receive().push(['tracking-redir-broken', BigInt(id)]);
  });

  test('GETREDIR answers the ID of the client', async () => {
    const [r, a] = [await client(), await client()];
    await a.expect('CLIENT', 'GETREDIR').int(-1);
    await a.expect('CLIENT', 'TRACKING', 'ON').ok();
    await a.expect('CLIENT', 'GETREDIR').int(0);
    const id = await idOf(r);
    await a.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id).ok();
    await a.expect('CLIENT', 'GETREDIR').int(id);
    await a.expect('CLIENT', 'INFO').matches((value) => String(value).includes(` redir=${id} `), 'the client in redir');
  });

  test('there must be such a client, and only one', async () => {
    const c = await client();
    const id = await idOf(c);
    await c.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', '999999').error('ERR The client ID you want redirect to does not exist');
    await c.expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', 'x').error('ERR value is not an integer or out of range');
    await c
      .expect('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'REDIRECT', id)
      .error('ERR A client can only redirect to a single other client');
  });
});

describe('modes that do not go together', () => {
  test('are refused', async () => {
    const c = await client();
    await c.expect('CLIENT', 'TRACKING', 'ON', 'PREFIX', 'a').error('ERR PREFIX option requires BCAST mode to be enabled');
    await c.expect('CLIENT', 'TRACKING', 'ON', 'OPTIN', 'OPTOUT').error("ERR You can't specify both OPTIN mode and OPTOUT mode");
    await c.expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'OPTIN').error('ERR OPTIN and OPTOUT are not compatible with BCAST');
    for (const options of [['x'], ['ON', 'x'], ['ON', 'PREFIX'], ['ON', 'REDIRECT']]) {
      await c.expect('CLIENT', 'TRACKING', ...options).error('ERR syntax error');
    }
  });

  test('cannot be switched while it is on', async () => {
    const [a, b] = [await tracking('OPTIN'), await tracking('BCAST')];
    await a.expect('CLIENT', 'TRACKING', 'ON', 'OPTOUT').error(`ERR You can't switch OPTIN/OPTOUT mode ${TOO_LATE}`);
    await a.expect('CLIENT', 'TRACKING', 'ON', 'BCAST').error(`ERR You can't switch BCAST mode on/off ${TOO_LATE}`);
    await b.expect('CLIENT', 'TRACKING', 'ON').error(`ERR You can't switch BCAST mode on/off ${TOO_LATE}`);
  });
});

describe('TRACKINGINFO and INFO', () => {
  test('TRACKINGINFO says how a connection is tracked', async () => {
    const c = await client();
    const shows = (flags: string[], redirect: number, prefixes: string[]) =>
      c.expect('CLIENT', 'TRACKINGINFO').array(['flags', flags, 'redirect', redirect, 'prefixes', prefixes]);
    await shows(['off'], -1, []);
    await c.expect('CLIENT', 'TRACKING', 'ON').ok();
    await shows(['on'], 0, []);
    await c.expect('CLIENT', 'TRACKING', 'ON', 'OPTIN', 'NOLOOP').ok();
    await shows(['on', 'optin', 'noloop'], 0, []);
    await c.expect('CLIENT', 'CACHING', 'YES').ok();
    await shows(['on', 'optin', 'caching-yes', 'noloop'], 0, []);
    await c.expect('PING').status('PONG');
    await shows(['on', 'optin', 'noloop'], 0, []);
    await c.expect('CLIENT', 'TRACKING', 'OFF').ok();
    await c.expect('CLIENT', 'TRACKING', 'ON', 'OPTOUT').ok();
    await c.expect('CLIENT', 'CACHING', 'NO').ok();
    await shows(['on', 'optout', 'caching-no'], 0, []);
    await c.expect('CLIENT', 'TRACKING', 'OFF').ok();
    await c.expect('CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'b', 'PREFIX', 'a').ok();
    await shows(['on', 'bcast'], 0, ['a', 'b']);
  });

  test('CLIENT LIST shows the flags t and B', async () => {
    const [a, b] = [await tracking(), await tracking('BCAST')];
    for (const [c, flags] of [[a, 't'], [b, 'tB']] as const) {
      await c.expect('CLIENT', 'INFO').matches((value) => JSON.stringify(value).includes(` flags=${flags} `), `the flags ${flags}`);
    }
  });

  test('INFO counts clients, keys and prefixes', async () => {
    const [a, b, c] = [await tracking(), await tracking(), await client()];
    await tracking('BCAST', 'PREFIX', 'x', 'PREFIX', 'y');
    // Reading again changes nothing.
    for (const each of [a, b, a, b]) await each.expect('MGET', 'k', 'l').array([null, null]);
    for (let i = 0; i < 2; i++) await a.expect('GET', 'm').nil();
    expect((await info(c, 'clients'))['tracking_clients']).toBe('3');
    expect(await info(c, 'stats')).toMatchObject({
      tracking_total_keys: '3',
      tracking_total_items: '5',
      tracking_total_prefixes: '2',
    });
  });

  test('tracking-table-max-keys may be lowered: the keys beyond it are reported, even if no client reads', async () => {
    const [a, c] = [await tracking(), await client()];
    for (const key of ['k1', 'k2', 'k3']) await a.expect('GET', key).nil();
    await configured({ 'tracking-table-max-keys': '1' });
    await until(async () => (await info(c, 'stats'))['tracking_total_keys'] === '1', 'a table of one key');
    for (let reported = 0; reported < 2; reported++) await a.receive().success();
    await a.silent();
  });

  test('tracking-table-max-keys bounds the table: what is forgotten is reported', async () => {
    const [a, c] = [await tracking(), await client()];
    await configured({ 'tracking-table-max-keys': '3' });
    const keys = ['k1', 'k2', 'k3', 'k4', 'k5'];
    for (const key of keys) a.write(resp('GET', key));
    await until(async () => (await info(c, 'stats'))['tracking_total_keys'] === '3', 'a table of three keys');
    let forgotten = 0;
    for (let replies = 0; replies < keys.length + 2; replies++) {
      const value = await a.receive().success();
      if (value !== null) forgotten++;
    }
    expect(forgotten).toBe(2);
  });
});

import { client, clientResp3, describe, server, test, until, type Client } from '../harness/suite.ts';

/** The challenge of chapter 09: PUBLISH with RETAIN, as MQTT has it. Redis has no such option. */

const CHANNELS = ['retain:a', 'retain:b', 'retain:c'];

/** A connection, where no channel of these tests has a retained message. */
async function publisher(): Promise<Client> {
  const c = await client();
  for (const channel of CHANNELS) await c.expect('PUBLISH', channel, '', 'RETAIN').int(0);
  return c;
}

/** Sends a request whose reply is several: SUBSCRIBE answers each name for itself. */
function ask(c: Client, line: string): void {
  c.write(`${line}\r\n`);
}

describe('PUBLISH with RETAIN', () => {
  test('who subscribes later gets the message right after the confirmation', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:a', '21 degrees', 'RETAIN').int(0);
    ask(late, 'SUBSCRIBE retain:a');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.receive().push(['message', 'retain:a', '21 degrees']);
    await late.silent();
  });

  test('who has subscribed already gets it once, as every message', async () => {
    const [p, early] = [await publisher(), await client()];
    ask(early, 'SUBSCRIBE retain:a');
    await early.receive().push(['subscribe', 'retain:a', 1]);
    await p.expect('PUBLISH', 'retain:a', 'x', 'retain').int(1);
    await early.receive().push(['message', 'retain:a', 'x']);
    await early.silent();
  });

  test('the last one counts, and a message without RETAIN does not', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:a', 'first', 'RETAIN').int(0);
    await p.expect('PUBLISH', 'retain:a', 'second', 'RETAIN').int(0);
    await p.expect('PUBLISH', 'retain:a', 'passing').int(0);
    ask(late, 'SUBSCRIBE retain:a');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.receive().push(['message', 'retain:a', 'second']);
    await late.silent();
  });

  test('of several channels each has its message after its own confirmation', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:a', '1', 'RETAIN').int(0);
    await p.expect('PUBLISH', 'retain:c', '3', 'RETAIN').int(0);
    ask(late, 'SUBSCRIBE retain:a retain:b retain:c');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.receive().push(['message', 'retain:a', '1']);
    await late.receive().push(['subscribe', 'retain:b', 2]);
    await late.receive().push(['subscribe', 'retain:c', 3]);
    await late.receive().push(['message', 'retain:c', '3']);
    await late.silent();
  });

  test('the empty message is sent, and ends it', async () => {
    const [p, early, late] = [await publisher(), await client(), await client()];
    await p.expect('PUBLISH', 'retain:a', 'x', 'RETAIN').int(0);
    ask(early, 'SUBSCRIBE retain:a');
    await early.receive().push(['subscribe', 'retain:a', 1]);
    await early.receive().push(['message', 'retain:a', 'x']);
    await p.expect('PUBLISH', 'retain:a', '', 'RETAIN').int(1);
    await early.receive().push(['message', 'retain:a', '']);
    ask(late, 'SUBSCRIBE retain:a');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.silent();
  });

  test('a pattern gets the message of each channel that it matches', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:b', '2', 'RETAIN').int(0);
    ask(late, 'PSUBSCRIBE retain:[bc] retain:a');
    await late.receive().push(['psubscribe', 'retain:[bc]', 1]);
    await late.receive().push(['pmessage', 'retain:[bc]', 'retain:b', '2']);
    await late.receive().push(['psubscribe', 'retain:a', 2]);
    await late.silent();
  });

  test('a shard channel of the same name is another one', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:a', 'x', 'RETAIN').int(0);
    ask(late, 'SSUBSCRIBE retain:a');
    await late.receive().push(['ssubscribe', 'retain:a', 1]);
    await late.silent();
  });

  test('in RESP3 it is a push', async () => {
    const [p, late] = [await publisher(), await clientResp3()];
    await p.expect('PUBLISH', 'retain:a', 'x', 'RETAIN').int(0);
    ask(late, 'SUBSCRIBE retain:a');
    await late.raw('>3\r\n$9\r\nsubscribe\r\n$8\r\nretain:a\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$8\r\nretain:a\r\n$1\r\nx\r\n');
  });

  test('FLUSHALL leaves it: it is no key', async () => {
    const [p, late] = [await publisher(), await client()];
    await p.expect('PUBLISH', 'retain:a', 'x', 'RETAIN').int(0);
    await p.expect('FLUSHALL').ok();
    await p.expect('DBSIZE').int(0);
    ask(late, 'SUBSCRIBE retain:a');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.receive().push(['message', 'retain:a', 'x']);
  });

  test('a replica tells it to its own subscribers', async () => {
    const primary = await server();
    const replica = await server('--replicaof', '127.0.0.1', String(primary.port));
    const [p, late] = [await primary.client(), await replica.client()];
    await p.expect('SET', 'k', 'v').ok();
    await until(async () => (await late.send('GET', 'k')) === 'v', 'the replica to be in sync');
    await p.expect('PUBLISH', 'retain:a', 'x', 'RETAIN').int(0);
    await p.expect('SET', 'k', 'w').ok();
    await until(async () => (await late.send('GET', 'k')) === 'w', 'the replica to have the message');
    ask(late, 'SUBSCRIBE retain:a');
    await late.receive().push(['subscribe', 'retain:a', 1]);
    await late.receive().push(['message', 'retain:a', 'x']);
  });

  test('refuses another word', async () => {
    const c = await client();
    await c.expect('PUBLISH', 'retain:a', 'x', 'KEEP').error('ERR syntax error');
    await c.expect('PUBLISH', 'retain:a', 'x', 'RETAIN', 'RETAIN').error('ERR syntax error');
    await c.expect('PUBLISH', 'retain:a').error("ERR wrong number of arguments for 'publish' command");
  });
});

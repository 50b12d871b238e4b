import { client, clientResp3, describe, expect, test, until, Verbatim, type Client } from '../harness/suite.ts';

/** The challenge of chapter 01: CLIENT LIST and CLIENT KILL ID. Real Redis passes all of it. */

const NOT_AN_ID = 'ERR client-id should be greater than 0';

/** The lines of CLIENT LIST as fields by name. */
async function list(c: Client): Promise<Record<string, string>[]> {
  const text = String(await c.send('CLIENT', 'LIST'));
  expect(text.endsWith('\n'), 'a line end after the last line').toBe(true);
  const lines = text.slice(0, -1).split('\n');
  return lines.map((line) => Object.fromEntries(line.split(' ').map((field) => field.split(/=(.*)/).slice(0, 2))));
}

/** The line of one connection, of those that CLIENT LIST shows to another. */
async function lineOf(c: Client, by: Client): Promise<Record<string, string> | undefined> {
  const id = String(await c.send('CLIENT', 'ID'));
  return (await list(by)).find((line) => line['id'] === id);
}

describe('CLIENT LIST', () => {
  test('has a line for each connection, in the order of their IDs', async () => {
    const connections = [await client(), await client(), await client()];
    const ids: string[] = [];
    for (const c of connections) ids.push(String(await c.send('CLIENT', 'ID')));
    const listed = (await list(connections[1]!)).map((line) => line['id']!);
    expect(listed.filter((id) => ids.includes(id))).toEqual(ids);
    expect(listed).toEqual([...listed].sort((a, b) => Number(a) - Number(b)));
  });

  test('shows the name, and nothing where there is none', async () => {
    const [ann, nobody] = [await client(), await client()];
    await ann.expect('CLIENT', 'SETNAME', 'ann=1').ok();
    expect((await lineOf(ann, nobody))?.['name']).toBe('ann=1');
    expect((await lineOf(nobody, ann))?.['name']).toBe('');
    await ann.expect('CLIENT', 'SETNAME', '').ok();
    expect((await lineOf(ann, nobody))?.['name']).toBe('');
  });

  test('shows each side\'s address: the port is the client\'s, and so differs', async () => {
    const [a, b] = [await client(), await client()];
    const addresses = [(await lineOf(a, a))?.['addr'], (await lineOf(b, a))?.['addr']];
    for (const address of addresses) expect(address).toMatch(/^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):\d+$/);
    expect(addresses[0]).not.toBe(addresses[1]);
  });

  test('shows the protocol of each connection', async () => {
    const [two, three] = [await client(), await clientResp3()];
    expect((await lineOf(two, two))?.['resp']).toBe('2');
    expect((await lineOf(three, two))?.['resp']).toBe('3');
  });

  test.since('7.2', 'shows what the library has said of itself', async () => {
    const c = await client();
    await c.expect('CLIENT', 'SETINFO', 'LIB-NAME', 'mine').ok();
    await c.expect('CLIENT', 'SETINFO', 'LIB-VER', '1.0').ok();
    expect(await lineOf(c, c)).toMatchObject({ 'lib-name': 'mine', 'lib-ver': '1.0' });
  });

  test('is a verbatim string in RESP3', async () => {
    expect(await (await clientResp3()).send('CLIENT', 'LIST')).toBeInstanceOf(Verbatim);
  });

  test('forgets a connection that has gone', async () => {
    const [c, gone] = [await client(), await client()];
    const id = String(await gone.send('CLIENT', 'ID'));
    await gone.close();
    await until(async () => !(await list(c)).some((line) => line['id'] === id), 'the line to go');
  });
});

describe('CLIENT KILL ID', () => {
  test('closes that connection and no other, and answers how many it closed', async () => {
    const [c, victim, other] = [await client(), await client(), await client()];
    const id = (await victim.send('CLIENT', 'ID')) as number;
    await c.expect('CLIENT', 'KILL', 'ID', id).int(1);
    await victim.closed();
    await other.expect('PING').status('PONG');
    await until(async () => (await c.send('CLIENT', 'KILL', 'ID', id)) === 0, 'the connection to be gone');
  });

  test('a client that kills itself: with SKIPME no it gets its reply first', async () => {
    const c = await client();
    const id = (await c.send('CLIENT', 'ID')) as number;
    await c.expect('CLIENT', 'KILL', 'ID', id, 'SKIPME', 'no').int(1);
    await c.closed();
  });

  test('without SKIPME no, a client does not kill itself', async () => {
    const c = await client();
    await c.expect('CLIENT', 'KILL', 'ID', (await c.send('CLIENT', 'ID')) as number).int(0);
    await c.expect('PING').status('PONG');
  });

  test('refuses what is no ID', async () => {
    const c = await client();
    for (const id of ['0', '-1', 'x', '']) await c.expect('CLIENT', 'KILL', 'ID', id).error(NOT_AN_ID);
  });
});

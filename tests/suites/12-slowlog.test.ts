import { client, describe, expect, items, server, test, type Client, type Decoded } from '../harness/suite.ts';
import { fieldOf, PASSWORD, passwordSet } from '../harness/users.ts';

/** From now on SLOWLOG notes every request, until the returned function is called. */
async function logAll(): Promise<Client> {
  const c = await client();
  await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '0').ok();
  await c.expect('SLOWLOG', 'RESET').ok();
  return c;
}

/** The arguments of the entries, newest first, without the request that reads the log. */
async function logged(c: Client): Promise<Decoded[][]> {
  const entries = items(await c.send('SLOWLOG', 'GET', '-1')).map((entry) => items(items(entry)[3]!));
  return entries.filter(([name]) => String(name).toLowerCase() !== 'slowlog');
}

describe('SLOWLOG', () => {
  test('a request with its time, its arguments, its client', async () => {
    const c = await logAll();
    await c.expect('CLIENT', 'SETNAME', 'me').ok();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SLOWLOG', 'GET').matches((reply) => {
      const entry = items(reply).map(items).find((fields) => items(fields[3]!)[0] === 'SET')!;
      expect(entry).toHaveLength(6);
      expect(Number(entry[1])).toBeGreaterThan(1_600_000_000);
      expect(Number(entry[2])).toBeGreaterThanOrEqual(0);
      expect(entry[3]).toEqual(['SET', 'k', 'v']);
      expect(String(entry[4])).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(entry[5]).toBe('me');
    }, 'an entry of SET');
  });

  test('newest first, numbered, and no more than the request names', async () => {
    const c = await logAll();
    for (const key of ['a', 'b', 'c']) await c.expect('GET', key).nil();
    await c.expect('SLOWLOG', 'GET', '2').matches((reply) => {
      const ids = items(reply).map((entry) => Number(items(entry)[0]));
      expect(ids).toHaveLength(2);
      expect(ids[0]).toBe(ids[1]! + 1);
    }, 'two entries');
    await c.expect('SLOWLOG', 'LEN').matches((reply) => Number(reply) >= 3, 'three or more');
    await c.expect('SLOWLOG', 'RESET').ok();
    expect(await logged(c)).toEqual([]);
    await c.expect('SLOWLOG', 'GET', '-2').error('ERR count should be greater than or equal to -1');
    await c.expect('SLOWLOG', 'GET', 'x').error('ERR count should be greater than or equal to -1');
  });

  test('long arguments, and many of them, are cut short', async () => {
    const c = await logAll();
    await c.expect('SET', 'k', 'x'.repeat(200)).ok();
    await c.expect('DEL', ...Array.from({ length: 40 }, (_, i) => `k${i}`)).int(0);
    const [many, long] = await logged(c);
    expect(long).toEqual(['SET', 'k', `${'x'.repeat(128)}... (72 more bytes)`]);
    expect(many).toHaveLength(32);
    expect(many!.at(-1)).toBe('... (10 more arguments)');
  });

  test('a long argument, also when other requests have followed', async () => {
    const c = await logAll();
    for (const letter of ['a', 'b', 'c']) c.sendLater('SET', letter, letter.repeat(100_000));
    await c.expect('PING').status('PONG');
    const shown = (letter: string) => `${letter.repeat(128)}... (${100_000 - 128} more bytes)`;
    const sets = (await logged(c)).filter(([name]) => name === 'SET');
    expect(sets).toEqual(['c', 'b', 'a'].map((letter) => ['SET', letter, shown(letter)]));
  });

  test('no passwords', async () => {
    const admin = await passwordSet();
    await admin.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '0').ok();
    await admin.expect('SLOWLOG', 'RESET').ok();
    const c = await client();
    await c.expect('AUTH', 'default', PASSWORD).ok();
    await c.expect('HELLO', '2', 'AUTH', 'default', PASSWORD).success();
    await c.expect('ACL', 'SETUSER', 'bob', `>${PASSWORD}`).ok();
    await c.expect('CONFIG', 'SET', 'masterauth', PASSWORD).ok();
    await c.expect('CONFIG', 'SET', 'masterauth', '').ok();
    await c.expect('ACL', 'DELUSER', 'bob').int(1);
    const shown = JSON.stringify(await logged(c));
    expect(shown).not.toContain(PASSWORD);
    expect(shown).toContain('(redacted)');
    expect(shown).toContain('masterauth');
  });

  test('nothing is logged below the threshold, nor with -1; slowlog-max-len', async () => {
    const c = await logAll();
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '60000000').ok();
    await c.expect('SLOWLOG', 'RESET').ok();
    await c.expect('GET', 'k').nil();
    expect(await logged(c)).toEqual([]);
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '-1').ok();
    await c.expect('SLOWLOG', 'RESET').ok();
    await c.expect('GET', 'k').nil();
    expect(await logged(c)).toEqual([]);
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '2').ok();
    for (const key of ['a', 'b', 'c', 'd']) await c.expect('GET', key).nil();
    await c.expect('SLOWLOG', 'LEN').int(2);
    await c.expect('CONFIG', 'SET', 'slowlog-log-slower-than', '10000', 'slowlog-max-len', '128').ok();
  });
});

describe('LATENCY', () => {
  test('slow requests are samples of an event', async () => {
    const own = await server('--latency-monitor-threshold', '10', '--enable-debug-command', 'yes');
    const c = await own.client();
    await c.expect('DEBUG', 'SLEEP', '0.03').ok();
    await c.expect('LATENCY', 'LATEST').matches((reply) => {
      const event = items(reply).map(items).find(([name]) => name === 'command')!;
      expect(Number(event[2])).toBeGreaterThanOrEqual(29);
      expect(event[3]).toBe(event[2]);
    }, 'the event command');
    await c.expect('LATENCY', 'HISTORY', 'command').matches((reply) => items(reply).length >= 1, 'a sample');
    await c.expect('LATENCY', 'HISTORY', 'nosuch').array([]);
    await c.expect('LATENCY', 'DOCTOR').matches((reply) => /command: \d+ latency spikes/.test(JSON.stringify(reply)), 'a line about the event');
    await c.expect('LATENCY', 'RESET', 'command', 'nosuch').int(1);
    await c.expect('LATENCY', 'HISTORY', 'command').array([]);
  });

  test('LATENCY HISTOGRAM counts the calls of a command', async () => {
    const c = await client();
    const [, before] = items(await c.send('CONFIG', 'GET', 'latency-tracking'));
    await c.expect('CONFIG', 'SET', 'latency-tracking', 'yes').ok();
    await c.expect('CONFIG', 'RESETSTAT').ok();
    for (let i = 0; i < 5; i++) await c.expect('SET', 'k', i).ok();
    await c.expect('LATENCY', 'HISTOGRAM', 'set', 'nosuch').matches((reply) => {
      const [name, facts] = items(reply);
      expect(name).toBe('set');
      expect(fieldOf(facts!, 'calls')).toBe(5);
      const steps = items(fieldOf(facts!, 'histogram_usec')).map(Number);
      expect(steps.at(-1)).toBe(5);
    }, 'the histogram of SET');
    await c.expect('CONFIG', 'SET', 'latency-tracking', String(before)).ok();
  });
});

describe('MEMORY', () => {
  test('MEMORY USAGE grows with the value', async () => {
    const c = await client();
    await c.expect('MEMORY', 'USAGE', 'k').nil();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('SET', 'big', 'x'.repeat(100_000)).ok();
    await c.expect('MEMORY', 'USAGE', 'k').matches((reply) => Number(reply) > 0 && Number(reply) < 1000, 'some bytes');
    await c.expect('MEMORY', 'USAGE', 'big', 'SAMPLES', '0').matches((reply) => Number(reply) > 100_000 && Number(reply) < 150_000, '100 KB and a little');
    await c.expect('MEMORY', 'USAGE', 'k', 'SAMPLES').error('ERR syntax error');
    await c.expect('MEMORY', 'USAGE', 'k', 'SAMPLES', '-1').error('ERR syntax error');
  });

  test('MEMORY USAGE of a hash does not depend on the command that made it', async () => {
    const c = await client();
    await c.expect('HSET', 'a', 'f', '1').int(1);
    await c.expect('HSETNX', 'b', 'f', '1').int(1);
    await c.expect('HINCRBY', 'c', 'f', '1').int(1);
    await c.expect('HINCRBYFLOAT', 'd', 'f', '1').bulk('1');
    const usage = await c.send('MEMORY', 'USAGE', 'a');
    for (const key of ['b', 'c', 'd']) await c.expect('MEMORY', 'USAGE', key).matches((reply) => reply === usage, `as many as ${String(usage)}`);
  });

  test('STATS, DOCTOR, PURGE', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'v').ok();
    await c.expect('MEMORY', 'STATS').matches((reply) => fieldOf(reply, 'keys.count') === 1, 'one key');
    await c.expect('MEMORY', 'DOCTOR').success();
    await c.expect('MEMORY', 'PURGE').ok();
  });
});

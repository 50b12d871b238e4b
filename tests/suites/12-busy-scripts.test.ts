import { log, unselected } from '../harness/aof-effects.ts';
import { client, describe, expect, items, RedisError, server, sleep, test, until, type Client } from '../harness/suite.ts';

const BUSY = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
const BUSY_FUNCTION = 'BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.';
const UNKILLABLE =
  'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script ' +
  'termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.';

/** Lua that runs for this long, in ms. */
function pass(ms: number): string {
  return `
    do
      local start = redis.call('TIME')
      repeat
        local now = redis.call('TIME')
      until (now[1] - start[1]) * 1000000 + now[2] - start[2] > ${ms * 1000}
    end `;
}

/** Sets the time in ms after which other clients get BUSY while a script runs. */
async function threshold(c: Client, ms: number): Promise<void> {
  await c.expect('CONFIG', 'SET', 'busy-reply-threshold', ms).ok();
}

async function untilBusy(c: Client): Promise<void> {
  await until(async () => (await c.send('PING')) instanceof RedisError, 'a server that is busy');
}

describe('a script that takes long', () => {
  test('others get BUSY, until it is killed', async () => {
    const c = await client();
    const other = await client();
    await threshold(c, 50);
    for (const script of ['while true do end', "while true do redis.call('GET', 'k') end", 'while true do pcall(function() while true do end end) end']) {
      const reply = c.sendLater('EVAL', script, 0);
      await untilBusy(other);
      await other.expect('GET', 'k').error(BUSY);
      await other.expect('EVAL', 'return 1', 0).error(BUSY);
      await other.expect('FUNCTION', 'KILL').error(BUSY);
      await other.expect('SHUTDOWN').error(BUSY);
      await other.expect('SCRIPT', 'KILL').ok();
      await reply.matches(
        (value) => value instanceof RedisError && /^ERR Script killed by user with SCRIPT KILL\.\.\. script: [0-9a-f]{40}, on .+:-?\d+\.$/.test(value.message),
        'the error of a killed script',
      );
      await other.expect('GET', 'k').nil();
    }
    await other.expect('SCRIPT', 'KILL').error('NOTBUSY No scripts in execution right now.');
    await threshold(c, 5000);
  });

  test('what it returns comes when it is done', async () => {
    const c = await client();
    const other = await client();
    await threshold(c, 50);
    await c.expect('SET', 'k', 'v').ok();
    const reply = c.sendLater('EVAL', `${pass(400)} return redis.call('GET', KEYS[1]) .. ARGV[1]`, 1, 'k', 'w');
    c.sendLater('ECHO', 'next');
    await untilBusy(other);
    await reply.bulk('vw');
    await until(async () => (await other.send('PING')) !== null, 'the end');
    await other.expect('GET', 'k').bulk('v');
    await threshold(c, 5000);
  });

  test('its effects are propagated as one unit, and no waiting client sees half of them', async () => {
    const { c, s, during } = await log();
    const [waiting, other] = [await s.client(), await s.client()];
    await threshold(c, 50);
    const popped = waiting.sendLater('BLPOP', 'l', '0');
    await until(async () => /blocked_clients:1/.test(String(await c.send('INFO', 'clients'))), 'the client waits');
    const requests = await during(async () => {
      const script = `${pass(200)} redis.call('RPUSH', 'l', 'a') ${pass(200)} redis.call('LPOP', 'l') redis.call('RPUSH', 'l', 'b') ${pass(100)} return 'done'`;
      const reply = c.sendLater('EVAL', script, 0);
      await untilBusy(other);
      await reply.bulk('done');
      await popped.array(['l', 'b']);
    });
    const unit = unselected(requests);
    expect(unit).toEqual(['MULTI', 'RPUSH l a', 'LPOP l', 'RPUSH l b', 'EXEC', 'LPOP l']);
    await threshold(c, 5000);
  });

  test('a function; once it has written only SHUTDOWN NOSAVE ends it', async () => {
    const s = await server('--appendonly', 'yes', '--busy-reply-threshold', '50');
    const [c, other] = [await s.client(), await s.client()];
    const code = `#!lua name=slow
redis.register_function('spin', function() while true do end end)
redis.register_function('put', function() ${pass(200)} redis.call('SET', 'k', 'half') while true do end end)`;
    await c.expect('FUNCTION', 'LOAD', code).bulk('slow');
    const killed = c.sendLater('FCALL', 'spin', 0);
    await untilBusy(other);
    await other.expect('GET', 'k').error(BUSY_FUNCTION);
    await other.expect('SCRIPT', 'KILL').error(BUSY_FUNCTION);
    await other.expect('FUNCTION', 'STATS').matches((reply) => {
      const running = items(items(reply)[1]!);
      expect(running.slice(0, 4)).toEqual(['name', 'spin', 'command', ['FCALL', 'spin', '0']]);
    }, 'the running function');
    await other.expect('FUNCTION', 'KILL').ok();
    await killed.matches((value) => value instanceof RedisError && value.message.startsWith('ERR Script killed by user with SCRIPT KILL... script: spin, on '), 'the error of a killed function');
    await c.expect('SET', 'other', 'v').ok();
    c.sendLater('FCALL', 'put', 0);
    await until(async () => {
      const running = items(await other.send('FUNCTION', 'STATS'))[1]!;
      return running !== null && Number(items(running)[5]) > 1500;
    }, 'a function that has written');
    await other.expect('FUNCTION', 'KILL').error(UNKILLABLE);
    await other.expect('SHUTDOWN').error(BUSY_FUNCTION);
    other.write('*2\r\n$8\r\nSHUTDOWN\r\n$6\r\nNOSAVE\r\n');
    await until(() => s.ended() !== null, 'the end of the server');
    await s.restart();
    const again = await s.client();
    await again.expect('GET', 'other').bulk('v');
    await again.expect('GET', 'k').nil();
  });

  test('its client may go', async () => {
    const c = await client();
    const gone = await client();
    await threshold(c, 50);
    gone.sendLater('EVAL', `${pass(1000)} return redis.call('SET', 'k', 'done')`, 0).reply.catch(() => {});
    await untilBusy(c);
    await gone.close();
    await until(async () => (await c.send('GET', 'k')) === 'done', 'the end of the script');
    await threshold(c, 5000);
  });

  test('one that has written goes on to its end', async () => {
    const c = await client();
    const other = await client();
    await threshold(c, 50);
    const reply = c.sendLater('EVAL', `redis.call('SET', 'k', 'half') ${pass(300)} redis.call('SET', 'k', 'whole') return 'done'`, 0);
    await sleep(150);
    await other.expect('SCRIPT', 'KILL').matches((value) => value instanceof RedisError && /^(UNKILLABLE|NOTBUSY) /.test(value.message), 'a refusal');
    await reply.bulk('done');
    await c.expect('GET', 'k').bulk('whole');
    await threshold(c, 5000);
  });
});

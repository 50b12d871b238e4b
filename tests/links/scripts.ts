import type { Command } from '../differential/arguments.ts';
import type { Client } from '../harness/client.ts';
import type { Rng } from '../harness/rng.ts';

/** The first stage that runs scripts. */
export const SCRIPTS_SINCE = '12';

/** Writes one number into three keys: they agree with each other wherever the script has run as one unit. */
const WRITE_ALL = `local n = redis.call('INCR', KEYS[1])
redis.call('SET', KEYS[2], n)
redis.call('HSET', KEYS[3], 'n', n)
return n`;
const ALL = ['3', 'all:1', 'all:2', 'all:3'];

/** Its effect depends on chance and on the time, so a replica has to be sent the effects. */
const TAKE = `local taken = redis.call('SPOP', KEYS[1], ARGV[1])
for _, member in ipairs(taken) do redis.call('RPUSH', KEYS[2], member) end
if #taken % 2 == 0 then redis.call('PEXPIRE', KEYS[4], ARGV[2]) end
redis.call('SET', KEYS[4], redis.call('TIME')[2] .. math.random(), 'PX', ARGV[2])
return redis.call('XADD', KEYS[3], '*', 'taken', #taken)`;

/** Ends with an error after it has written: what it has done stays. */
const FAIL = "redis.call('INCR', KEYS[1]) redis.call('LPUSH', KEYS[1], 'x')";

const library = (version: number) => `#!lua name=links
redis.register_function('write_all', function(KEYS, ARGV) local version = ${version} ${WRITE_ALL} end)`;

/** Scripts and functions that write, and libraries that come and go. */
export function scriptMakers(rng: Rng): (() => Command)[] {
  const brief = () => String(rng.int(1, 150));
  return [
    () => ['EVAL', WRITE_ALL, ...ALL],
    () => ['FCALL', 'write_all', ...ALL],
    () => ['EVAL', TAKE, '4', 'lots', 'done', 'log', `t${rng.int(1, 50)}`, String(rng.int(1, 5)), brief()],
    () => ['EVAL', FAIL, '1', 'failed'],
    () => (rng.chance(0.1) ? ['FUNCTION', 'DELETE', 'links'] : ['FUNCTION', 'LOAD', 'REPLACE', library(rng.int(1, 99))]),
  ];
}

/** The keys that a script wrote together and that do not agree, in each database where it runs. */
export async function disagreements(client: Client): Promise<string[]> {
  const found: string[] = [];
  for (const database of [8, 9, 10]) {
    await client.send('SELECT', database);
    const [, one, two, three] = ALL as [string, string, string, string];
    const values = [await client.send('GET', one), await client.send('GET', two), await client.send('HGET', three, 'n')];
    if (new Set(values).size > 1) found.push(`database ${database}: ${one}, ${two} and ${three} are ${values.join(', ')}`);
  }
  return found;
}

/** The library as FUNCTION LIST shows it, with its code. */
export async function libraryOf(client: Client): Promise<string> {
  return JSON.stringify(await client.send('FUNCTION', 'LIST', 'LIBRARYNAME', 'links', 'WITHCODE'));
}

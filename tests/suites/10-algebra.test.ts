import { client, clientResp3, describe, double, items, rng, test, type Client } from '../harness/suite.ts';
import { two } from '../harness/sorted-sets.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
const SYNTAX = 'ERR syntax error';
const WEIGHT = 'ERR weight value is not a float';
const oneKey = (command: string) => `ERR at least 1 input key is needed for '${command}' command`;
const LIMIT = "ERR LIMIT can't be negative";

describe('ZUNION, ZINTER, ZDIFF', () => {
  test('a set takes part with the score 1', async () => {
    const c = await two();
    await c.expect('SADD', 's', 'a', 'b', 'q').int(3);
    await c.expect('SADD', 'ints', '1', '2').int(2);
    await c.expect('ZUNION', '2', 'x', 's', 'WITHSCORES').array(['q', '1', 'a', '2', 'b', '3', 'c', '3']);
    await c.expect('ZINTER', '2', 's', 'x', 'WEIGHTS', '10', '1', 'WITHSCORES').array(['a', '11', 'b', '12']);
    await c.expect('ZDIFF', '2', 'x', 's', 'WITHSCORES').array(['c', '3']);
    await c.expect('ZDIFF', '2', 's', 'x', 'WITHSCORES').array(['q', '1']);
    await c.expect('ZUNION', '1', 'ints', 'WITHSCORES').array(['1', '1', '2', '1']);
    await c.expect('ZUNION', '2', 's', 's', 'WITHSCORES').array(['a', '2', 'b', '2', 'q', '2']);
    await c.expect('ZINTERCARD', '2', 'x', 's').int(2);
  });

  test('0 and -0 are equal: MIN and MAX answer the score of the first set', async () => {
    const c = await client();
    const long = 'm'.repeat(80); // no listpack, which would keep -0 as 0
    for (const [key, score] of [['zero', '0'], ['negative', '-0']] as const) await c.expect('ZADD', key, score, long).int(1);
    for (const aggregate of ['MIN', 'MAX']) {
      for (const name of ['ZUNION', 'ZINTER']) {
        const ask = (a: string, b: string) => c.expect(name, '2', a, b, 'AGGREGATE', aggregate, 'WITHSCORES');
        await ask('zero', 'negative').array([long, '0']);
        await ask('negative', 'zero').array([long, '-0']);
      }
    }
  });

  test('what would be NaN is 0', async () => {
    const c = await client();
    await c.expect('ZADD', 'up', 'inf', 'a').int(1);
    await c.expect('ZADD', 'down', '-inf', 'a').int(1);
    await c.expect('ZUNION', '2', 'up', 'down', 'WITHSCORES').array(['a', '0']);
    await c.expect('ZINTER', '2', 'up', 'down', 'WITHSCORES').array(['a', '0']);
    await c.expect('ZUNION', '1', 'up', 'WEIGHTS', '0', 'WITHSCORES').array(['a', '0']);
    await c.expect('ZUNION', '2', 'up', 'down', 'AGGREGATE', 'MAX', 'WITHSCORES').array(['a', 'inf']);
  });

  test('RESP3 has pairs with doubles', async () => {
    await two();
    const c = await clientResp3();
    await c.expect('ZUNION', '2', 'x', 'y').array(['a', 'b', 'c', 'd']);
    await c.expect('ZINTER', '2', 'x', 'y', 'WITHSCORES').array([['b', double('12')], ['c', double('23')]]);
    await c.expect('ZDIFF', '2', 'x', 'y', 'WITHSCORES').array([['a', double('1')]]);
    await c.expect('ZDIFF', '2', 'x', 'x').array([]);
  });

  test('large ones', async () => {
    const c = await client();
    await fill(c, 'even', 3000, 2);
    await fill(c, 'third', 2000, 3);
    await c.expect('ZINTERCARD', '2', 'even', 'third').int(1000);
    await c.expect('ZUNIONSTORE', 'to', '2', 'even', 'third').int(4000);
    await c.expect('ZRANGE', 'to', '0', '3', 'WITHSCORES').array(['m0', '0', 'm2', '2', 'm3', '3', 'm4', '4']);
    await c.expect('ZSCORE', 'to', 'm6').bulk('12');
    await c.expect('ZDIFFSTORE', 'to', '2', 'even', 'third').int(2000);
    await c.expect('ZDIFF', '2', 'third', 'even').matches((members) => items(members).length === 1000, 'a thousand members');
    await c.expect('OBJECT', 'ENCODING', 'to').bulk('skiplist');
  });

  test('a large one without many small ones', async () => {
    const c = await client();
    await fill(c, 'large', 3000, 1);
    const keys = Array.from({ length: 50 }, (_, i) => `small${i}`);
    for (const [i, key] of keys.entries()) await c.expect('ZADD', key, '1', `m${i * 7}`, '2', 'other').int(2);
    await c.expect('ZDIFF', 51, 'large', ...keys).matches((members) => items(members).length === 2950, '2950 members');
    await c.expect('ZDIFF', 2, 'small3', 'large').array(['other']);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    for (const command of ['ZUNION', 'ZINTER', 'ZDIFF']) {
      const name = command.toLowerCase();
      await c.expect(command, 'x', 'k').error(NOT_AN_INTEGER);
      await c.expect(command, '0', 'k').error(oneKey(name));
      await c.expect(command, '-1', 'k').error(oneKey(name));
      await c.expect(command, '2', 'k').error(SYNTAX);
      await c.expect(command, '1', 'k', 'FOO').error(WRONGTYPE);
      await c.expect(command, '2', 'none', 'k').error(WRONGTYPE);
      await c.expect(command, '1', 'none', 'FOO').error(SYNTAX);
      await c.expect(command, '1').error(`ERR wrong number of arguments for '${name}' command`);
    }
    await c.expect('ZUNION', '1', 'none', 'WEIGHTS').error(SYNTAX);
    await c.expect('ZUNION', '2', 'none', 'none', 'WEIGHTS', '1').error(SYNTAX);
    for (const weight of ['x', '', 'nan', ' 1']) await c.expect('ZINTER', '1', 'none', 'WEIGHTS', weight).error(WEIGHT);
    await c.expect('ZINTER', '1', 'none', 'AGGREGATE').error(SYNTAX);
    await c.expect('ZINTER', '1', 'none', 'AGGREGATE', 'AVG').error(SYNTAX);
    await c.expect('ZDIFF', '1', 'none', 'WEIGHTS', '1').error(SYNTAX);
    await c.expect('ZDIFF', '1', 'none', 'AGGREGATE', 'SUM').error(SYNTAX);
  });

  test('random ones agree with a model', async () => {
    const c = await client();
    const random = rng();
    for (let round = 0; round < 20; round++) {
      const size = random.pick([5, 30, 400]);
      const model = ['x', 'y', 'z'].map(() => {
        return new Map(Array.from({ length: random.int(1, size) }, () => [`m${random.int(0, size)}`, random.int(1, 50)]));
      });
      await c.expect('DEL', 'x', 'y', 'z').success();
      for (const [i, key] of ['x', 'y', 'z'].entries()) await c.expect('ZADD', key, ...[...model[i]!].flatMap(([m, s]) => [s, m])).int(model[i]!.size);
      // No weight is 0: the sign of a score of 0 depends on the encoding.
      const weights = model.map(() => random.pick([-3, -2, -1, 1, 2, 0.5]));
      const name = random.pick(['SUM', 'MIN', 'MAX']);
      const join = { SUM: (a: number, b: number) => a + b, MIN: Math.min, MAX: Math.max }[name]!;
      const union = new Map<string, number>();
      model.forEach((one, i) => one.forEach((score, m) => union.set(m, union.has(m) ? join(union.get(m)!, score * weights[i]!) : score * weights[i]!)));
      const shared = new Map([...union].filter(([m]) => model.every((one) => one.has(m))));
      const first = new Map([...model[0]!].filter(([m]) => !model[1]!.has(m) && !model[2]!.has(m)));
      const options = ['WEIGHTS', ...weights, 'AGGREGATE', name, 'WITHSCORES'];
      await c.expect('ZUNION', '3', 'x', 'y', 'z', ...options).array(sorted(union));
      await c.expect('ZINTER', '3', 'x', 'y', 'z', ...options).array(sorted(shared));
      await c.expect('ZDIFF', '3', 'x', 'y', 'z', 'WITHSCORES').array(sorted(first));
      await c.expect('ZINTERCARD', '3', 'x', 'y', 'z').int(shared.size);
    }
  });
});

describe('ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE', () => {
  test('the target may be one of the sources', async () => {
    const c = await two();
    await c.expect('ZUNIONSTORE', 'x', '2', 'x', 'x').int(3);
    await c.expect('ZRANGE', 'x', '0', '-1', 'WITHSCORES').array(['a', '2', 'b', '4', 'c', '6']);
    await c.expect('ZDIFFSTORE', 'x', '2', 'x', 'y').int(1);
    await c.expect('ZINTERSTORE', 'y', '2', 'y', 'x').int(0);
    await c.expect('EXISTS', 'x', 'y').int(1);
  });

  test('an empty result removes the target, whatever it was', async () => {
    const c = await client();
    for (const command of ['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']) {
      await c.expect('SET', 'to', 'text').ok();
      await c.expect(command, 'to', '2', 'none', 'none').int(0);
      await c.expect('EXISTS', 'to').int(0);
    }
  });

  test('the target loses its old type and deadline', async () => {
    const c = await two();
    await c.expect('SET', 'to', 'text', 'EX', '100').ok();
    await c.expect('ZUNIONSTORE', 'to', '1', 'x').int(3);
    await c.expect('TYPE', 'to').status('zset');
    await c.expect('TTL', 'to').int(-1);
  });

  test('the target stays when the sources change', async () => {
    const c = await two();
    await c.expect('ZUNIONSTORE', 'to', '1', 'x').int(3);
    await c.expect('ZADD', 'x', '9', 'a').int(0);
    await c.expect('ZREM', 'x', 'b').int(1);
    await c.expect('ZRANGE', 'to', '0', '-1', 'WITHSCORES').array(['a', '1', 'b', '2', 'c', '3']);
  });

  test('the encoding follows from the result', async () => {
    const c = await client();
    await fill(c, 'large', 300, 1);
    await c.expect('ZADD', 'small', '1', 'm1', '2', 'm2').int(2);
    await c.expect('ZUNIONSTORE', 'to', '2', 'large', 'small').int(300);
    await c.expect('OBJECT', 'ENCODING', 'to').bulk('skiplist');
    await c.expect('ZINTERSTORE', 'to', '2', 'large', 'small').int(2);
    await c.expect('OBJECT', 'ENCODING', 'to').bulk('listpack');
    await c.expect('ZADD', 'long', '1', 'x'.repeat(65)).int(1);
    await c.expect('ZUNIONSTORE', 'to', '1', 'long').int(1);
    await c.expect('OBJECT', 'ENCODING', 'to').bulk('skiplist');
  });

  test('errors come in the order of Redis, and leave the target alone', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('SET', 'to', 'text').ok();
    for (const command of ['ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE']) {
      const name = command.toLowerCase();
      await c.expect(command, 'to', 'x', 'k').error(NOT_AN_INTEGER);
      await c.expect(command, 'to', '0', 'k').error(oneKey(name));
      await c.expect(command, 'to', '2', 'k').error(SYNTAX);
      await c.expect(command, 'to', '1', 'k', 'WITHSCORES').error(WRONGTYPE);
      await c.expect(command, 'to', '1', 'none', 'WITHSCORES').error(SYNTAX);
      await c.expect(command, 'to', '1').error(`ERR wrong number of arguments for '${name}' command`);
    }
    await c.expect('ZUNIONSTORE', 'to', '1', 'none', 'WEIGHTS', 'x').error(WEIGHT);
    await c.expect('ZDIFFSTORE', 'to', '1', 'none', 'WEIGHTS', '1').error(SYNTAX);
    await c.expect('GET', 'to').bulk('text');
  });
});

describe('ZINTERCARD', () => {
  test('counts what all share, at most LIMIT; 0 is no limit', async () => {
    const c = await two();
    await c.expect('ZINTERCARD', '2', 'x', 'y').int(2);
    await c.expect('ZINTERCARD', '1', 'x').int(3);
    await c.expect('ZINTERCARD', '2', 'x', 'none').int(0);
    await c.expect('ZINTERCARD', '2', 'x', 'y', 'LIMIT', '1').int(1);
    await c.expect('ZINTERCARD', '2', 'x', 'y', 'limit', '0').int(2);
    await c.expect('ZINTERCARD', '2', 'x', 'y', 'LIMIT', '9').int(2);
  });

  test('errors come in the order of Redis', async () => {
    const c = await client();
    await c.expect('SET', 'k', 'x').ok();
    await c.expect('ZINTERCARD', 'x', 'k').error(NOT_AN_INTEGER);
    await c.expect('ZINTERCARD', '0', 'k').error(oneKey('zintercard'));
    await c.expect('ZINTERCARD', '2', 'k').error(SYNTAX);
    await c.expect('ZINTERCARD', '1', 'k', 'FOO').error(WRONGTYPE);
    await c.expect('ZINTERCARD', '1', 'none', 'FOO').error(SYNTAX);
    await c.expect('ZINTERCARD', '1', 'none', 'WITHSCORES').error(SYNTAX);
    await c.expect('ZINTERCARD', '1', 'none', 'WEIGHTS', '1').error(SYNTAX);
    await c.expect('ZINTERCARD', '1', 'none', 'LIMIT').error(SYNTAX);
    await c.expect('ZINTERCARD', '1', 'none', 'LIMIT', '-1').error(LIMIT);
    await c.expect('ZINTERCARD', '1', 'none', 'LIMIT', 'x').error(LIMIT);
    await c.expect('ZINTERCARD', '1').error("ERR wrong number of arguments for 'zintercard' command");
  });
});

/** Members and scores as WITHSCORES answers them. */
function sorted(scores: Map<string, number>): string[] {
  const pairs = [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  return pairs.flatMap(([member, score]) => [member, String(score)]);
}

/** The members m0, mSTEP, m2·STEP, … with these numbers as scores. */
async function fill(c: Client, key: string, count: number, step: number): Promise<void> {
  const pairs = Array.from({ length: count }, (_, i) => [i * step, `m${i * step}`]);
  for (let i = 0; i < count; i += 500) await c.expect('ZADD', key, ...pairs.slice(i, i + 500).flat()).success();
}

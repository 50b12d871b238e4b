import { createHash } from 'node:crypto';

/** One line of the benchmark: a command for redis-benchmark to repeat, and what must be there before. */
export interface BenchTest {
  readonly name: string;
  /** `__rand_int__` is replaced by redis-benchmark: twelve digits, below its `-r`. */
  readonly command: readonly string[];
  /** One after the other. */
  readonly fills?: readonly Fill[];
}

/** Runs `times(requests)` times on an empty server before each measurement, and is not measured. */
interface Fill {
  readonly command: readonly string[];
  readonly times: (requests: number) => number;
  /** Its own `-r`. */
  readonly random?: number;
}

/** How many different random keys, members and fields there are (redis-benchmark's `-r`). */
export const RANDOM_KEYS = 100_000;
/** The value of SET, LPUSH, …: sixteen bytes. */
export const VALUE = 'value:0123456789';

const KEY = 'key:__rand_int__';
const ELEMENT = 'element:__rand_int__';
const ELEMENTS_PER_FILL = 100;

/** Members drawn from so many hardly ever coincide; it is the most that redis-benchmark takes. */
const ALL_DIFFERENT = 2 ** 31 - 1;

/** Pops must find something: there is one element for each of them. */
const onePerRequest = (requests: number) => Math.ceil(requests / ELEMENTS_PER_FILL);
const pushMany = ['RPUSH', 'mylist', ...repeat(VALUE, ELEMENTS_PER_FILL)];
const addMany = ['SADD', 'myset', ...repeat(ELEMENT, ELEMENTS_PER_FILL)];
const thousandElements: Fill = { command: pushMany, times: () => 1000 / ELEMENTS_PER_FILL };

const HASH = 'hash:__rand_int__';
const SET = 'set:__rand_int__';
const LIST = 'list:__rand_int__';
const fields = Array.from({ length: 5 }, (_, i) => [`field:${i}`, VALUE]).flat();
const members = Array.from({ length: 5 }, (_, i) => `member:${i}`);
/** Three random commands for each key leave one in twenty missing. */
const small = (command: readonly string[]): Fill => ({ command, times: () => RANDOM_KEYS * 3 });

/** A set with the thousand elements from `first` on. */
const thousandMembers = (key: string, first: number): Fill => ({
  command: ['SADD', key, ...Array.from({ length: 1000 }, (_, i) => `element:${first + i}`)],
  times: () => 1,
});

/** As redis-benchmark's own ZADD and ZPOPMIN, but with random scores. */
const rank = ['ZADD', 'leaders', '__rand_int__', ELEMENT];
const rankMany = ['ZADD', 'leaders', ...Array.from({ length: ELEMENTS_PER_FILL }, () => ['__rand_int__', ELEMENT]).flat()];
const leaders = (members: number, random = ALL_DIFFERENT): Fill => ({
  command: rankMany,
  times: () => members / ELEMENTS_PER_FILL,
  random,
});

/** From 0 to 10 degrees, and from 0 to 21: a circle of 20 km holds some 23 of a hundred thousand places. */
const COORDINATE = '__rand_int__e-4';
const place = ['__rand_int__e-8', '__rand_int__e-8', ELEMENT];
const places: Fill = {
  command: ['GEOADD', 'places', ...Array.from({ length: ELEMENTS_PER_FILL }, () => place).flat()],
  times: () => 100_000 / ELEMENTS_PER_FILL,
  random: ALL_DIFFERENT,
};

/** A rate limiter: at most this number of requests in a minute. */
const LIMITER = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n";
const LIMITER_SHA = createHash('sha1').update(LIMITER).digest('hex');
const THOUSAND_CALLS = "for i = 1, 1000 do redis.call('INCR', KEYS[1]) end return 1";

/**
 * The commands are those of redis-benchmark's own tests, under their names; XADD has none there. Those with _SMALL in
 * their names choose one of many small values.
 */
export const BENCH_TESTS: readonly BenchTest[] = [
  { name: 'PING', command: ['PING'] },
  { name: 'SET', command: ['SET', KEY, VALUE] },
  // Five random writes for each key leave fewer than one in a hundred missing.
  { name: 'GET', command: ['GET', KEY], fills: [{ command: mset(10), times: () => RANDOM_KEYS / 2 }] },
  { name: 'INCR', command: ['INCR', 'counter:__rand_int__'] },
  { name: 'LPUSH', command: ['LPUSH', 'mylist', VALUE] },
  { name: 'RPUSH', command: ['RPUSH', 'mylist', VALUE] },
  { name: 'LPOP', command: ['LPOP', 'mylist'], fills: [{ command: pushMany, times: onePerRequest }] },
  { name: 'RPOP', command: ['RPOP', 'mylist'], fills: [{ command: pushMany, times: onePerRequest }] },
  { name: 'SADD', command: ['SADD', 'myset', ELEMENT] },
  { name: 'HSET', command: ['HSET', 'myhash', ELEMENT, VALUE] },
  { name: 'SPOP', command: ['SPOP', 'myset'], fills: [{ command: addMany, times: onePerRequest, random: ALL_DIFFERENT }] },
  { name: 'LRANGE_100', command: ['LRANGE', 'mylist', '0', '99'], fills: [thousandElements] },
  { name: 'LRANGE_600', command: ['LRANGE', 'mylist', '0', '599'], fills: [thousandElements] },
  { name: 'MSET', command: mset(10) },
  { name: 'XADD', command: ['XADD', 'mystream', '*', 'field', VALUE] },
  { name: 'HSET_SMALL', command: ['HSET', HASH, 'field:3', 'value:__rand_int__'], fills: [small(['HSET', HASH, ...fields])] },
  { name: 'HGET_SMALL', command: ['HGET', HASH, 'field:3'], fills: [small(['HSET', HASH, ...fields])] },
  { name: 'SADD_SMALL', command: ['SADD', SET, ELEMENT] },
  { name: 'SISMEMBER_SMALL', command: ['SISMEMBER', SET, 'member:3'], fills: [small(['SADD', SET, ...members])] },
  { name: 'RPUSH_SMALL', command: ['RPUSH', LIST, VALUE] },
  { name: 'LRANGE_SMALL', command: ['LRANGE', LIST, '0', '4'], fills: [small(['RPUSH', LIST, ...repeat(VALUE, 5)])] },
  { name: 'EXPIRE_HASH', command: ['EXPIRE', HASH, '3600'], fills: [small(['HSET', HASH, ...fields])] },
  { name: 'SINTER_1000', command: ['SINTER', 'one', 'other'], fills: [thousandMembers('one', 0), thousandMembers('other', 500)] },
  {
    name: 'XRANGE_100',
    command: ['XRANGE', 'mystream', '-', '+', 'COUNT', '100'],
    fills: [{ command: ['XADD', 'mystream', '*', 'field', VALUE], times: () => 1000 }],
  },
  { name: 'ZADD', command: rank },
  { name: 'ZADD_1M', command: rank, fills: [leaders(1_000_000)] },
  { name: 'ZINCRBY', command: ['ZINCRBY', 'leaders', '1', ELEMENT] },
  { name: 'ZPOPMIN', command: ['ZPOPMIN', 'leaders'], fills: [{ command: rankMany, times: onePerRequest, random: ALL_DIFFERENT }] },
  { name: 'ZRANGE_100', command: ['ZRANGE', 'leaders', '0', '99'], fills: [leaders(1000)] },
  {
    name: 'ZRANGEBYSCORE_10',
    command: ['ZRANGEBYSCORE', 'leaders', '__rand_int__', '+inf', 'LIMIT', '0', '10'],
    fills: [leaders(3 * RANDOM_KEYS, RANDOM_KEYS)],
  },
  // Two random members for each of a million leave one in seven missing.
  { name: 'ZRANK_1M', command: ['ZRANK', 'leaders', ELEMENT], fills: [leaders(2_000_000, 1_000_000)] },
  { name: 'SORT_100', command: ['SORT', 'numbers'], fills: [{ command: ['RPUSH', 'numbers', ...repeat('__rand_int__', 100)], times: () => 1 }] },
  { name: 'GEOSEARCH', command: ['GEOSEARCH', 'places', 'FROMLONLAT', COORDINATE, COORDINATE, 'BYRADIUS', '20', 'km', 'ASC'], fills: [places] },
  { name: 'BITCOUNT_1MB', command: ['BITCOUNT', 'bits'], fills: [{ command: ['SETRANGE', 'bits', '1048575', 'x'], times: () => 1 }] },
  { name: 'PFADD', command: ['PFADD', 'visitors', ELEMENT] },
  { name: 'EVAL', command: ['EVAL', 'return 1', '0'] },
  { name: 'EVAL_LIMITER', command: ['EVAL', LIMITER, '1', KEY, '60000'] },
  {
    name: 'EVALSHA_LIMITER',
    command: ['EVALSHA', LIMITER_SHA, '1', KEY, '60000'],
    fills: [{ command: ['SCRIPT', 'LOAD', LIMITER], times: () => 1 }],
  },
  { name: 'EVAL_1000_CALLS', command: ['EVAL', THOUSAND_CALLS, '1', 'counter'] },
];

function mset(keys: number): string[] {
  return ['MSET', ...Array.from({ length: keys }, () => [KEY, VALUE]).flat()];
}

function repeat(word: string, times: number): string[] {
  return Array.from({ length: times }, () => word);
}

/**
 * The events of each class of `notify-keyspace-events` (Redis: NOTIFY_STRING, …, as given to each call of
 * `notifyKeyspaceEvent`).
 */
const EVENTS: Readonly<Record<string, string>> = {
  g: 'del rename_from rename_to move_from move_to copy_to restore expire persist',
  $: 'set setrange append incrby incrbyfloat setbit pfadd',
  l: 'lpush rpush lpop rpop lset linsert lrem ltrim sortstore',
  s: 'sadd srem spop sinterstore sunionstore sdiffstore',
  h: 'hset hdel hincrby hincrbyfloat',
  t:
    'xadd xtrim xdel xsetid xgroup-create xgroup-setid xgroup-destroy xgroup-createconsumer xgroup-delconsumer xclaim ' +
    'xautoclaim',
  z:
    'zadd zincr zrem zpopmin zpopmax zremrangebyrank zremrangebyscore zremrangebylex zrangestore zunionstore zinterstore ' +
    'zdiffstore geosearchstore georadiusstore',
  x: 'expired',
  e: 'evicted',
  n: 'new',
  m: 'keymiss',
};

/** The events of these classes. */
export function eventsOf(letters: string): ReadonlySet<string> {
  return new Set([...letters].flatMap((letter) => EVENTS[letter]?.split(' ') ?? []));
}

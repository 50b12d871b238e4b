/** What Redis called its options once, and still understands; `CONFIG GET` shows them under both names. */
const OLD_NAMES: Record<string, string> = {
  slaveof: 'replicaof',
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  'slave-priority': 'replica-priority',
  'slave-lazy-flush': 'replica-lazy-flush',
  'slave-announce-ip': 'replica-announce-ip',
  'slave-announce-port': 'replica-announce-port',
  'repl-ping-slave-period': 'repl-ping-replica-period',
  'min-slaves-to-write': 'min-replicas-to-write',
  'min-slaves-max-lag': 'min-replicas-max-lag',
  'hash-max-ziplist-entries': 'hash-max-listpack-entries',
  'hash-max-ziplist-value': 'hash-max-listpack-value',
  'list-max-ziplist-size': 'list-max-listpack-size',
  'zset-max-ziplist-entries': 'zset-max-listpack-entries',
  'zset-max-ziplist-value': 'zset-max-listpack-value',
  'lua-time-limit': 'busy-reply-threshold',
};

/** The name by which an option stands in the table, from a lower-case one that may be older. */
export function currentName(name: string): string {
  return Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name]! : name;
}

/** `[old name, current name]` of each. */
export const renamedOptions: readonly (readonly [string, string])[] = Object.entries(OLD_NAMES);

import { resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { safeShareOfHeap } from '#shared/heap-limit.ts';
import { log } from '#shared/log.ts';
import { bulkLimit } from '#shared/options/bulk-limit.ts';
import { readConfFile } from '#shared/options/conf-file.ts';
import { daemonize } from '#shared/options/daemonize.ts';
import { lazyFreeOptions } from '#shared/options/lazyfree.ts';
import { keyspaceEvents } from '#shared/options/keyspace-events.ts';
import { loadOptions } from '#shared/options/load-options.ts';
import { MAXMEMORY_POLICIES } from '#shared/options/maxmemory-policies.ts';
import { outputLimits } from '#shared/options/output-limits.ts';
import { describeOptions, readFlags, type OptionValues } from '#shared/options/parse.ts';
import { binaryPath, changeDirectory, directory, fileName, fsPath } from '#shared/options/paths.ts';
import { percentiles } from '#shared/options/percentiles.ts';
import { primaryAddress } from '#shared/options/primary-address.ts';
import { savePoints } from '#shared/options/save-points.ts';
import { boolean, choice, fileMode, integer, memory, memoryOrPercent, string, words } from '#shared/options/types.ts';

const TEST_DELAY = { default: 0, min: -(2 ** 31), max: 2 ** 31 - 1, hidden: true };
const INT_MAX = 2 ** 31 - 1;
const NO_YES_LOCAL = { default: 'no', values: ['no', 'yes', 'local'], immutable: true } as const;

const LIMIT = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Every option of this stage; names and meanings are redis.conf's. */
export const optionTable = {
  port: integer({ default: 6379, min: 0, max: 65535, immutable: true, help: 'TCP port; 0 takes a free one' }),
  bind: words({ default: ['127.0.0.1'], immutable: true, help: 'addresses to listen on' }),
  'protected-mode': boolean({ default: true, help: 'refuse clients of other hosts while no password is set' }),
  'tcp-backlog': integer({ default: 511, min: 0, max: 65535, immutable: true, help: 'connections waiting for accept' }),
  unixsocket: string({ default: '', immutable: true, help: 'path of a Unix socket to listen on as well' }),
  unixsocketperm: fileMode({ default: 0, immutable: true, help: 'mode of the Unix socket' }),
  'tcp-keepalive': integer({ default: 300, min: 0, max: 2 ** 31 - 1, help: 'seconds until a silent client is probed; 0: never' }),
  timeout: integer({ default: 0, min: 0, max: 2 ** 31 - 1, help: 'close clients idle for so many seconds; 0: never' }),
  maxclients: integer({ default: 10000, min: 1, max: 2 ** 31 - 1, help: 'connections at the same time' }),
  'maxmemory-clients': memoryOrPercent({ default: eighthOfHeap, help: 'bytes of all unfinished requests, and of replies not yet read' }),
  'client-query-buffer-limit': memory({ default: 1024 ** 3, min: 1024 ** 2, help: 'bytes of an unfinished request' }),
  'proto-max-bulk-len': bulkLimit,
  'tracking-table-max-keys': integer({ default: 1e6, min: 0, max: 2 ** 53 - 1, help: 'keys remembered for CLIENT TRACKING; 0: no limit' }),
  'client-output-buffer-limit': outputLimits({ help: 'bytes that may wait for a client to read them, by class' }),
  databases: integer({ default: 16, min: 1, max: 10000, immutable: true, help: 'number of databases' }),
  maxmemory: memory({ default: safeShareOfHeap, help: 'bytes that keys and values may take; 0: no limit' }),
  'maxmemory-policy': choice({ default: 'noeviction', values: MAXMEMORY_POLICIES, help: 'which keys are evicted when memory is full' }),
  'maxmemory-samples': integer({ default: 5, min: 1, max: 2 ** 31 - 1, help: 'keys compared for each that is evicted' }),
  'maxmemory-eviction-tenacity': integer({ default: 10, min: 0, max: 100, help: 'how long evicting may hold up a command' }),
  'lfu-log-factor': integer({ default: 10, min: 0, max: 2 ** 31 - 1, help: 'how slowly the count of uses grows' }),
  'lfu-decay-time': integer({ default: 1, min: 0, max: 2 ** 31 - 1, help: 'minutes without a use that lower the count by one' }),
  ...lazyFreeOptions,
  'hash-max-listpack-entries': integer({ ...LIMIT, default: 512, help: 'fields of a small hash, which is packed' }),
  'hash-max-listpack-value': memory({ default: 64, help: 'bytes of a field or value in a small hash' }),
  'list-max-listpack-size': integer({
    default: -2,
    min: -(2 ** 31),
    max: 2 ** 31 - 1,
    help: 'elements of a small list; -1 to -5: 4, 8, 16, 32, 64 KB',
  }),
  'list-compress-depth': integer({
    default: 0,
    min: 0,
    max: 2 ** 31 - 1,
    help: 'accepted, but nothing is compressed here',
  }),
  'set-max-intset-entries': integer({ ...LIMIT, default: 512, help: 'members of a small set of integers' }),
  'set-max-listpack-entries': integer({ ...LIMIT, default: 128, help: 'members of any other small set' }),
  'set-max-listpack-value': integer({ ...LIMIT, default: 64, help: 'bytes of a member of such a set' }),
  'stream-node-max-bytes': memory({ default: 4096, help: 'bytes of a block of stream entries; 0: 1 GB' }),
  'stream-node-max-entries': integer({ ...LIMIT, default: 100, help: 'entries of a block; 0: any number' }),
  hz: integer({ default: 10, min: 1, max: 500, help: 'runs of the background tasks per second' }),
  dir: directory({ default: './', protected: true, help: 'working directory: dumps are read and written there' }),
  dbfilename: fileName('dbfilename', { default: 'dump.rdb', protected: true, help: 'name of the RDB file' }),
  save: savePoints({ default: '3600 1 300 100 60 10000', help: 'save after so many seconds with so many changes' }),
  'stop-writes-on-bgsave-error': boolean({ default: true, help: 'refuse writes while saving fails' }),
  rdbcompression: boolean({ default: true, help: 'compress strings in RDB files' }),
  rdbchecksum: boolean({ default: true, immutable: true, help: 'write and check a checksum at the end of RDB files' }),
  'rdb-version': integer({
    default: 11,
    min: 9,
    max: 11,
    help: 'format of RDB files (not an option of Redis): 10 for Redis 7.0, 9 for 5.0',
  }),
  'rdb-key-save-delay': integer({ ...TEST_DELAY, help: 'µs to wait for each key saved' }),
  'key-load-delay': integer({ ...TEST_DELAY, help: 'µs to wait for each key loaded' }),
  'enable-debug-command': choice({ ...NO_YES_LOCAL, help: 'who may use DEBUG' }),
  'enable-protected-configs': choice({ ...NO_YES_LOCAL, help: 'who may change dir and dbfilename by CONFIG SET' }),
  'latency-tracking': boolean({ default: false, help: 'measure the time that each command takes, for INFO latencystats' }),
  'latency-tracking-info-percentiles': percentiles({ default: [50, 99, 99.9], help: 'percentiles that INFO latencystats shows' }),
  daemonize,
  pidfile: string({ default: '', immutable: true, help: "file for the process's number" }),
  logfile: string({ default: '', immutable: true, help: 'file for the log; empty: standard output' }),
  loglevel: choice({ default: 'notice', values: ['debug', 'verbose', 'notice', 'warning'], help: 'lowest level that is logged' }),
  appendonly: boolean({ default: false, help: 'keep a log of every write, and load that at the start' }),
  appenddirname: fileName('appenddirname', { kind: 'dirname', default: 'appendonlydir', immutable: true, help: "the log's folder, in dir" }),
  appendfilename: fileName('appendfilename', { default: 'appendonly.aof', immutable: true, help: "the log's name" }),
  appendfsync: choice({ default: 'everysec', values: ['everysec', 'always', 'no'], help: 'when the log is synced' }),
  'no-appendfsync-on-rewrite': boolean({ default: false, help: 'no sync of the log while a snapshot is written' }),
  'auto-aof-rewrite-percentage': integer({
    default: 100,
    min: 0,
    max: 2 ** 31 - 1,
    help: 'rewrite the log when it has grown by so many percent; 0: only by BGREWRITEAOF',
  }),
  'auto-aof-rewrite-min-size': memory({ default: 64 * 1024 ** 2, help: 'no automatic rewrite below this size' }),
  'aof-use-rdb-preamble': boolean({ default: true, help: 'the base of the log is an RDB file' }),
  'aof-load-truncated': boolean({ default: true, help: 'load a log whose end is missing' }),
  replicaof: primaryAddress({ immutable: true, help: 'follow this server; at run time: REPLICAOF' }),
  'replica-read-only': boolean({ default: true, help: 'a replica takes no writes from clients' }),
  'replica-serve-stale-data': boolean({ default: true, help: 'a replica answers while its link is down' }),
  'replica-lazy-flush': boolean({ default: false, help: 'no difference: giving up the old data never blocks' }),
  'replica-priority': integer({ default: 100, min: 0, max: INT_MAX, help: 'rank for Sentinel, which chooses a new primary' }),
  'replica-announce-ip': string({ default: '', help: 'the address that a replica reports to its primary' }),
  'replica-announce-port': integer({ default: 0, min: 0, max: 65535, help: 'the port that it reports; 0: its own' }),
  'replica-announced': boolean({ default: true, help: 'Sentinel lists this replica and may promote it' }),
  'repl-diskless-sync': boolean({ default: true, help: 'send all data straight to replicas, without a file' }),
  'repl-diskless-sync-delay': integer({ default: 5, min: 0, max: INT_MAX, help: 'seconds to wait for more replicas' }),
  'repl-diskless-sync-max-replicas': integer({ default: 0, min: 0, max: INT_MAX, help: 'so many replicas end the wait; 0: none do' }),
  'repl-timeout': integer({ default: 60, min: 1, max: INT_MAX, help: 'seconds of silence until a link is closed' }),
  'repl-ping-replica-period': integer({ default: 10, min: 1, max: INT_MAX, help: 'seconds between pings to replicas' }),
  'repl-backlog-size': memory({ default: 1024 ** 2, min: 1, help: 'bytes of the stream kept for replicas that reconnect' }),
  'repl-backlog-ttl': integer({ default: 3600, min: 0, max: INT_MAX, help: 'seconds to keep it without replicas; 0: always' }),
  'repl-disable-tcp-nodelay': boolean({ default: false, help: 'fewer packets to and from replicas, with more delay' }),
  'min-replicas-to-write': integer({ default: 0, min: 0, max: INT_MAX, help: 'refuse writes with fewer replicas than this' }),
  'min-replicas-max-lag': integer({ default: 10, min: 0, max: INT_MAX, help: 'seconds without an ACK until a replica stops counting' }),
  'notify-keyspace-events': keyspaceEvents({ default: '', help: 'classes of changes to keys that are published' }),
  'shutdown-timeout': integer({ default: 10, min: 0, max: INT_MAX, help: 'seconds that SHUTDOWN waits for replicas' }),
};

export type Options = OptionValues<typeof optionTable>;

/** The options of the process, and the absolute path of the redis.conf they came from, or ''. */
interface Configuration {
  options: Options;
  configFile: string;
}

/**
 * The options of a command line: `[redis.conf] [--name value …]`, where flags override the file; changes to `dir`.
 * `--help` prints them all. A wrong option is reported in one line, and the process ends.
 */
export function readOptions(argv: string[]): Configuration {
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(`[redis.conf] [options, named as in redis.conf]\n\n${describeOptions(optionTable)}`);
    process.exit(0);
  }
  try {
    return readConfiguration(argv.map(binaryPath));
  } catch (error) {
    log.warning((error as Error).message);
    process.exit(1);
  }
}

function readConfiguration(argv: string[]): Configuration {
  const file = argv[0]?.startsWith('-') === false ? argv.shift()! : undefined;
  const lines = file === undefined ? [] : readConfFile(file);
  const options = loadOptions(optionTable, [...lines, ...readFlags(argv)]);
  const configFile = file === undefined ? '' : resolve(fsPath(file));
  changeDirectory(options.dir);
  options.dir = binaryPath(process.cwd());
  return { options, configFile };
}

/** Arguments are kept in V8's heap, and V8 ends the process when that is full. */
export function eighthOfHeap(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 8);
}

import { keyAt } from '#shared/commands/key-specs.ts';
import { Double, MapReply, OK, Verbatim, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

const EACH = 'nondeterministic_output request_policy:all_shards response_policy:special';

/** How much memory keys and values take (Redis: `memoryCommand`). */
export const memory: Family = {
  group: 'server',
  rows: [
    {
      name: 'memory',
      arity: -2,
      flags: '',
      since: '4.0.0',
      summary: 'What keys and values take.',
      subcommands: [
        { name: 'doctor', arity: 2, flags: '', tips: EACH, since: '4.0.0', summary: 'A report in words.', run: doctor },
        {
          name: 'malloc-stats',
          arity: 2,
          flags: '',
          tips: EACH,
          since: '4.0.0',
          summary: 'Of the allocator: V8 has none of that kind.',
          run: () => new Verbatim('txt', 'Stats not supported for the current allocator'),
        },
        {
          name: 'purge',
          arity: 2,
          flags: '',
          tips: 'request_policy:all_shards response_policy:all_succeeded',
          since: '4.0.0',
          summary: 'Gives memory back to the system: V8 does so without being asked.',
          run: () => OK,
        },
        { name: 'stats', arity: 2, flags: '', tips: EACH, since: '4.0.0', summary: 'What takes how much.', run: stats },
        {
          name: 'usage',
          arity: -3,
          flags: 'readonly',
          keys: [keyAt(2, 'RO')],
          since: '4.0.0',
          summary: 'The bytes of a key and its value.',
          syntax: '<key> [SAMPLES <count>]',
          run: usage,
        },
      ],
    },
  ],
};

/** `MEMORY USAGE key [SAMPLES count]`: all elements are counted already, so that no sample is needed. */
function usage({ db, args }: Request): Reply {
  if (args.length === 4 || args.length > 5) throw syntaxError();
  if (args.length === 5) {
    if (args[3]!.toUpperCase() !== 'SAMPLES') throw syntaxError();
    if (parseLongLong(args[4]!) < 0) throw syntaxError();
  }
  return db.bytesOf(args[2]!) ?? null;
}

function stats({ server }: Request): Reply {
  const { keyspace, replication, aof } = server;
  const { rss, heapUsed } = process.memoryUsage();
  keyspace.notePeak();
  const keys = keyspace.databases.reduce((sum, { size }) => sum + size, 0);
  return new MapReply([
    ...['peak.allocated', keyspace.peakBytes],
    ...['total.allocated', keyspace.usedBytes],
    ...['replication.backlog', replication.backlog?.memory ?? 0],
    ...['aof.buffer', aof.file.pendingBytes],
    ...['keys.count', keys],
    ...['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(keyspace.usedBytes / keys)],
    ...['dataset.bytes', keyspace.usedBytes],
    ...['peak.percentage', new Double(String((keyspace.usedBytes / (keyspace.peakBytes || 1)) * 100))],
    ...['allocator.allocated', heapUsed],
    ...['allocator.resident', rss],
  ]);
}

/** MEMORY DOCTOR: what can be read off the figures, and no guesses. */
function doctor({ server }: Request): Reply {
  const { keyspace, options } = server;
  const { maxmemory } = options;
  const used = keyspace.usedBytes;
  if (maxmemory > 0 && used > maxmemory * 0.9) {
    return report(`Keys and values take ${used} of the ${maxmemory} bytes of maxmemory: soon ${options['maxmemory-policy'] === 'noeviction' ? 'writes will be refused' : 'keys will be evicted'}.`);
  }
  if (keyspace.peakBytes > used * 1.5) return report(`Keys and values took ${keyspace.peakBytes} bytes at most, and take ${used} now.`);
  return report(`Keys and values take ${used} bytes. There is nothing to report.`);
}

function report(line: string): Reply {
  return new Verbatim('txt', `${line}\n`);
}

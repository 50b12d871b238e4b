import { keyAt, keyRange } from '#shared/commands/key-specs.ts';
import { globMatch } from '#shared/glob.ts';
import { Status, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { typeName } from '../../store/value.ts';
import { parseCursor, parseScanOptions } from '../scan.ts';

/** Commands for keys of any type. */
export const keys: Family = {
  group: 'generic',
  rows: [
    {
      name: 'del',
      arity: -2,
      flags: 'write',
      keys: [keyRange(1, -1, 1, 'RM delete')],
      tips: 'request_policy:multi_shard response_policy:agg_sum',
      since: '1.0.0',
      summary: 'Removes keys.',
      run: del,
    },
    {
      name: 'unlink',
      arity: -2,
      flags: 'write fast',
      keys: [keyRange(1, -1, 1, 'RM delete')],
      tips: 'request_policy:multi_shard response_policy:agg_sum',
      since: '4.0.0',
      summary: 'Removes keys; their memory is freed later.',
      run: del,
    },
    {
      name: 'exists',
      arity: -2,
      flags: 'readonly fast',
      keys: [keyRange(1, -1, 1, 'RO')],
      tips: 'request_policy:multi_shard response_policy:agg_sum',
      since: '1.0.0',
      summary: 'How many of the keys exist.',
      run: exists,
    },
    {
      name: 'touch',
      arity: -2,
      flags: 'readonly fast',
      keys: [keyRange(1, -1, 1, 'RO')],
      tips: 'request_policy:multi_shard response_policy:agg_sum',
      since: '3.2.1',
      summary: 'Marks keys as used now.',
      run: touch,
    },
    {
      name: 'type',
      arity: 2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO')],
      since: '1.0.0',
      summary: 'What kind of value a key holds.',
      run: type,
    },
    {
      name: 'keys',
      arity: 2,
      flags: 'readonly',
      categories: 'dangerous',
      tips: 'request_policy:all_shards nondeterministic_output_order',
      since: '1.0.0',
      summary: 'Every key that a pattern matches, at once.',
      run: keysMatching,
    },
    {
      name: 'scan',
      arity: -2,
      flags: 'readonly',
      tips: 'nondeterministic_output request_policy:special',
      since: '2.8.0',
      summary: 'Walks through the keys step by step.',
      run: scan,
    },
    {
      name: 'randomkey',
      arity: 1,
      flags: 'readonly',
      tips: 'request_policy:all_shards nondeterministic_output',
      since: '1.0.0',
      summary: 'A key picked at random.',
      run: randomkey,
    },
  ],
};

/** Also UNLINK: freeing memory is the garbage collector's work either way. */
function del({ db, args }: Request): Reply {
  let removed = 0;
  for (let i = 1; i < args.length; i++) if (db.delete(args[i]!)) removed++;
  return removed;
}

/** A key that is named twice counts twice. */
function exists({ db, args }: Request): Reply {
  let found = 0;
  for (let i = 1; i < args.length; i++) if (db.lookupReadNoTouch(args[i]!) !== undefined) found++;
  return found;
}

function touch({ db, args }: Request): Reply {
  let found = 0;
  for (let i = 1; i < args.length; i++) if (db.lookupRead(args[i]!) !== undefined) found++;
  return found;
}

function type({ db, args }: Request): Reply {
  const value = db.lookupReadNoTouch(args[1]!);
  return new Status(value === undefined ? 'none' : typeName(value));
}

function keysMatching({ db, args }: Request): Reply {
  const pattern = args[1]!;
  return pattern === '*' ? db.keys() : db.keys().filter((key) => globMatch(pattern, key));
}

/** `SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]` */
function scan({ db, args }: Request): Reply {
  const cursor = parseCursor(args[1]!);
  const { count, matches, type } = parseScanOptions(args, 2, true);
  const found: string[] = [];
  const next = db.scan(cursor, count, (key, value) => {
    if (matches(key) && (type === undefined || typeName(value) === type)) found.push(key);
  });
  return [String(next), found];
}

function randomkey({ db }: Request): Reply {
  return db.randomKey() ?? null;
}

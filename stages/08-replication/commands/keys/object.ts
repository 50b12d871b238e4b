import { keyAt } from '#shared/commands/key-specs.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow, Family, Handler } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { frequency, idleSeconds } from '../../store/key-use.ts';
import { encodingName, type Value } from '../../store/value.ts';

/** How the value of a key is stored. */
export const object: Family = {
  group: 'generic',
  rows: [
    {
      name: 'object',
      arity: -2,
      flags: '',
      since: '2.2.3',
      helpSince: '6.2.0',
      summary: 'How a value is kept.',
      subcommands: [
        objectRow('encoding', '2.2.3', 'Names the representation of the value.', encoding),
        objectRow('freq', '4.0.0', 'Tells how often the key is used, where maxmemory-policy counts that.', freq),
        objectRow('idletime', '2.2.3', 'Counts the seconds since the key was last used.', idletime),
        objectRow('refcount', '2.2.3', 'Counts the references to the value.', refcount),
      ],
    },
  ],
};

function objectRow(name: string, since: string, summary: string, run: Handler): CommandRow {
  return {
    name,
    arity: 3,
    flags: 'readonly',
    keys: [keyAt(2, 'RO')],
    tips: 'nondeterministic_output',
    since,
    summary,
    syntax: '<key>',
    run,
  };
}

/** Integers below this are shared objects in Redis, whose references are not counted. */
const SHARED_INTEGERS = 10000;
const SHARED_REFCOUNT = 2 ** 31 - 1;

function encoding(request: Request): Reply {
  const value = lookup(request);
  return value === undefined ? null : encodingName(value);
}

function refcount(request: Request): Reply {
  const value = lookup(request);
  if (value === undefined) return null;
  const integer = typeof value === 'string' ? parseInt64(value) : undefined;
  return integer !== undefined && integer >= 0 && integer < SHARED_INTEGERS ? SHARED_REFCOUNT : 1;
}

function idletime(request: Request): Reply {
  if (lookup(request) === undefined) return null;
  const { keyspace } = request.server;
  if (keyspace.lfu !== undefined) {
    throw new ReplyError(`ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`);
  }
  return idleSeconds(keyspace, request.db.useOf(request.args[2]!)!);
}

function freq(request: Request): Reply {
  if (lookup(request) === undefined) return null;
  const { keyspace } = request.server;
  if (keyspace.lfu === undefined) {
    throw new ReplyError(`ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`);
  }
  return frequency(keyspace, keyspace.lfu, request.db.useOf(request.args[2]!)!);
}

const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';

/** Looking is no use of the key. */
function lookup({ db, args }: Request): Value | undefined {
  return db.lookupReadNoTouch(args[2]!);
}

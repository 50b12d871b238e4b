import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { parseInt32, syntaxError } from '../arguments.ts';

/** Databases as a whole. */
export const databases: Family = {
  group: 'server',
  rows: [
    {
      name: 'dbsize',
      arity: 1,
      flags: 'readonly fast',
      categories: 'keyspace',
      tips: 'request_policy:all_shards response_policy:agg_sum',
      since: '1.0.0',
      summary: 'The number of keys.',
      run: dbsize,
    },
    {
      name: 'flushdb',
      arity: -1,
      flags: 'write',
      categories: 'keyspace dangerous',
      tips: 'request_policy:all_shards response_policy:all_succeeded',
      since: '1.0.0',
      summary: 'Removes all keys of the database.',
      run: flushdb,
    },
    {
      name: 'flushall',
      arity: -1,
      flags: 'write',
      categories: 'keyspace dangerous',
      tips: 'request_policy:all_shards response_policy:all_succeeded',
      since: '1.0.0',
      summary: 'Removes all keys of all databases.',
      run: flushall,
    },
    {
      name: 'swapdb',
      arity: 3,
      flags: 'write fast',
      categories: 'keyspace dangerous',
      since: '4.0.0',
      summary: 'Exchanges two databases.',
      run: swapdb,
    },
  ],
};

/** Which database a connection works with. */
export const selection: Family = {
  group: 'connection',
  rows: [
    {
      name: 'select',
      arity: 2,
      flags: 'loading stale fast',
      since: '1.0.0',
      summary: 'Chooses the database of this connection.',
      run: select,
    },
  ],
};

/** The database of a number. @throws ReplyError when there is none */
export function findDatabase({ server }: Request, index: number): Database {
  const db = server.keyspace.databases[index];
  if (db === undefined) throw new ReplyError('ERR DB index is out of range');
  return db;
}

function select(request: Request): Reply {
  request.client.db = findDatabase(request, parseInt32(request.args[1]!)).index;
  return OK;
}

function dbsize({ db }: Request): Reply {
  return db.size;
}

function flushdb(request: Request): Reply {
  checkFlushMode(request.args);
  request.server.keyspace.flush(request.db);
  propagateAlways(request);
  return OK;
}

function flushall(request: Request): Reply {
  checkFlushMode(request.args);
  const { keyspace } = request.server;
  for (const db of keyspace.databases) keyspace.flush(db);
  propagateAlways(request);
  return OK;
}

/** It goes to the log and the replicas even if nothing was removed here: a replica may have keys (Redis: `forceCommandPropagation`). */
function propagateAlways(request: Request): void {
  request.propagateAs([...request.args]);
}

/** `[ASYNC | SYNC]`: both return at once, since the garbage collector frees the memory. */
function checkFlushMode(args: readonly string[]): void {
  if (args.length > 2 || (args.length === 2 && !/^a?sync$/i.test(args[1]!))) throw syntaxError();
}

function swapdb(request: Request): Reply {
  const { server, args } = request;
  const first = parseInt32(args[1]!, 'ERR invalid first DB index');
  const second = parseInt32(args[2]!, 'ERR invalid second DB index');
  server.keyspace.swap(findDatabase(request, first), findDatabase(request, second));
  return OK;
}

import { keyAt } from '#shared/commands/key-specs.ts';
import { log } from '#shared/log.ts';
import { OK, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import type { Tls } from '../../network/tls.ts';
import { CommandOutput } from '../../persistence/command-output.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { Stream } from '../../store/stream.ts';
import type { Value } from '../../store/value.ts';
import { dumpPayload } from '../keys/dump.ts';
import { migrateKeys, parseMigration, redactMigrate, type Migration } from './arguments.ts';
import { READING, Target, TargetError } from './target.ts';

/** Keys that go to another server (Redis: `migrateCommand`). */
export const migrating: Family = {
  group: 'generic',
  rows: [
    {
      name: 'migrate',
      arity: -6,
      flags: 'write',
      keys: [
        keyAt(3, 'RW access delete'),
        { flags: 'RW access delete incomplete', begin: { keyword: 'KEYS', from: -2 }, find: { last: -1, step: 1, limit: 0 } },
      ],
      keysOf: migrateKeys,
      categories: 'dangerous',
      tips: 'nondeterministic_output',
      since: '2.6.0',
      summary: 'Moves keys to another server.',
      redact: redactMigrate,
      run: migrate,
    },
  ],
};

/** The newest format that Redis 7.0 reads. Only streams have more to say in a later one. */
const COMMON_RDB_VERSION = 10;

interface Item {
  readonly key: string;
  /** The RESTORE that makes it there. */
  readonly command: readonly string[];
}

/**
 * While the keys travel, clients that want to write wait, as during CLIENT PAUSE WRITE; others are served. (Redis serves no client
 * during that time.) So no key changes or expires between the moment it is sent and the moment it is removed here.
 */
function migrate(request: Request): Reply {
  const { server, client, args, db } = request;
  const migration = parseMigration(args);
  const items = itemsOf(request, migration);
  if (items.length === 0) return new Status('NOKEY');
  if (client.transaction?.executing) throw new ReplyError('ERR MIGRATE cannot wait for another server inside MULTI or a script');
  let waits = true;
  const finish = (moved: readonly string[], reply: Reply): void => {
    remove(request, db, moved);
    server.pause.finish('migrate');
    if (waits) server.blockedClients.unblock(client, reply);
    server.scheduleBeforeSleep();
  };
  server.pause.begin('migrate', Infinity, 'write');
  const tls = server.options['tls-cluster'] ? server.tls : undefined;
  void transfer(migration, items, tls, finish);
  return server.blockedClients.block(client, {
    timeout: 0,
    // CLIENT UNBLOCK: the keys go on their way all the same.
    timedOut: () => new ReplyError(`IOERR error or timeout ${READING}`),
    ended: () => (waits = false),
  });
}

/** The keys that are there, as commands; each is a use of its key. */
function itemsOf({ server, db }: Request, { keys, replace }: Migration): Item[] {
  const items: Item[] = [];
  const { 'rdb-version': version, rdbcompression } = server.options;
  for (const key of keys) {
    const value = db.lookupRead(key);
    if (value === undefined) continue;
    const at = db.getExpire(key);
    const ttl = at === undefined ? 0 : Math.max(1, Number(at) - Date.now());
    const payload = dumpPayload(value, versionFor(value, version), rdbcompression);
    items.push({ key, command: ['RESTORE', key, String(ttl), payload, ...(replace ? ['REPLACE'] : [])] });
  }
  return items;
}

function versionFor(value: Value, version: number): number {
  return value instanceof Stream ? version : Math.min(version, COMMON_RDB_VERSION);
}

/** Calls `finish` once, with the keys that are to be removed here. */
async function transfer(
  migration: Migration,
  items: readonly Item[],
  tls: Tls | undefined,
  finish: (moved: string[], reply: Reply) => void,
): Promise<void> {
  const moved: string[] = [];
  let reply: Reply;
  try {
    reply = await send(migration, items, tls, moved);
  } catch (error) {
    if (!(error instanceof TargetError)) log.warning(`Bug in 'migrate': ${(error as Error).stack}`);
    reply = new ReplyError(`IOERR error or timeout ${error instanceof TargetError ? error.message : READING}`);
  }
  finish(migration.copy ? [] : moved, reply);
}

/** Sends all at once, and reads the reply to each. A connection that was kept may be closed by now: then all is sent again over a new one. */
async function send(migration: Migration, items: readonly Item[], tls: Tls | undefined, moved: string[]): Promise<Reply> {
  const target = await Target.open(migration.host, migration.port, migration.timeout, tls);
  const { used } = target;
  try {
    return await exchange(target, migration, items, moved);
  } catch (error) {
    target.close();
    if (!(error instanceof TargetError) || !used || moved.length > 0) throw error;
    return send(migration, items, tls, moved);
  }
}

async function exchange(target: Target, { credentials, db }: Migration, items: readonly Item[], moved: string[]): Promise<Reply> {
  const selects = target.db !== db;
  target.send(requestsFor(items, credentials, selects ? db : undefined));
  const before = (credentials === undefined ? 0 : 1) + (selects ? 1 : 0);
  let refused: ReplyError | undefined;
  for (let i = 0; i < before; i++) {
    const reply = await target.reply();
    if (reply instanceof ReplyError) refused ??= reply;
  }
  const early = refused;
  for (const { key } of items) {
    const reply = await target.reply();
    if (reply instanceof ReplyError) refused ??= reply;
    // If AUTH or SELECT was refused, RESTORE has failed too, or has put the key into another database: it is not moved.
    else if (early === undefined) moved.push(key);
  }
  target.db = refused === undefined ? db : undefined;
  target.keep();
  return refused === undefined ? OK : new ReplyError(`ERR Target instance replied with error: ${refused.message}`);
}

function requestsFor(items: readonly Item[], credentials: readonly string[] | undefined, db: number | undefined): Buffer {
  const out = new CommandOutput();
  if (credentials !== undefined) out.command(['AUTH', ...credentials]);
  if (db !== undefined) out.command(['SELECT', String(db)]);
  for (const { command } of items) out.command(command);
  return out.bytes();
}

/** They are the target's now: to the log and the replicas this is a DEL. A server that follows another one removes nothing itself. */
function remove({ server, client }: Request, db: Database, keys: readonly string[]): void {
  if (server.replication.link !== undefined) return;
  const removed = keys.filter((key) => db.delete(key));
  if (removed.length === 0) return;
  server.propagation.alsoPropagate(db.index, ['DEL', ...removed]);
  client.wrote(server.replication.offset, server.aof.file.fedUpTo);
  server.keyWaits.serve();
}

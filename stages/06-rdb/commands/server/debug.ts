import { log } from '#shared/log.ts';
import { OK, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import { loadRdbFileSync } from '../../persistence/loading.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import { stringBytes } from '../../store/value.ts';
import { parseLongLong } from '../arguments.ts';
import { saveOrFail } from './persistence.ts';

/** What tests need, and operators now and then (Redis: debug.c); only where `enable-debug-command` allows it. */
export const debug: Family = {
  group: 'server',
  rows: [
    {
      name: 'debug',
      arity: -2,
      flags: 'admin noscript loading stale',
      since: '1.0.0',
      internal: true,
      summary: 'What tests need.',
      syntax: '<subcommand> [<argument> ...]',
      run: runDebug,
    },
  ],
};

const SUBCOMMANDS: Record<string, (request: Request) => Reply> = {
  RELOAD: reload,
  SLEEP: sleep,
  'SET-ACTIVE-EXPIRE': setActiveExpire,
  POPULATE: populate,
  ERROR: error,
  HELP: help,
};

function runDebug(request: Request): Reply {
  const { server, client, args } = request;
  const allowed = server.options['enable-debug-command'];
  if (allowed === 'no' || (allowed === 'local' && !client.isLocal)) throw new ReplyError(NOT_ALLOWED);
  const subcommand = SUBCOMMANDS[args[1]!.toUpperCase()];
  if (subcommand === undefined) throw unknownSubcommand(args[1]!);
  return subcommand(request);
}

/** `DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE]`: saves, empties the keyspace, and loads the file. */
function reload({ server, args }: Request): Reply {
  const words = new Set(args.slice(2).map((word) => word.toUpperCase()));
  const merge = words.delete('MERGE');
  const flush = !words.delete('NOFLUSH');
  const save = !words.delete('NOSAVE');
  if (words.size > 0) throw new ReplyError('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  if (save) saveOrFail(server);
  if (flush) for (const db of server.keyspace.databases) server.keyspace.flush(db);
  try {
    loadRdbFileSync(server, server.options.dbfilename, merge);
  } catch (error) {
    log.warning((error as Error).message);
    throw new ReplyError('ERR Error trying to load the RDB dump, check server logs.');
  }
  server.rdb.markSaved();
  return OK;
}

/** `DEBUG SLEEP seconds`: no client is served before its end. */
function sleep({ args }: Request): Reply {
  if (args.length !== 3) throw unknownSubcommand(args[1]!);
  const ms = Math.max(0, Number.parseFloat(args[2]!) * 1000) || 0;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return OK;
}

/** `DEBUG SET-ACTIVE-EXPIRE 0|1`: when off, expired keys stay until a command looks them up. */
function setActiveExpire({ server, args }: Request): Reply {
  if (args.length !== 3) throw unknownSubcommand(args[1]!);
  server.activeExpire = Number.parseInt(args[2]!, 10) !== 0;
  return OK;
}

/**
 * `DEBUG POPULATE count [prefix [size]]`: adds the keys `key:0`, `key:1` … that are not there yet; `size` cuts their values
 * or fills them up with zeros, unless it is 0. The log and the replicas do not learn of it.
 */
function populate(request: Request): Reply {
  const { db, args } = request;
  if (args.length < 3 || args.length > 5) throw unknownSubcommand(args[1]!);
  const [, , countText, prefix = 'key', sizeText = '0'] = args as [string, string, string];
  const [count, size] = [parsePositive(countText), parsePositive(sizeText)];
  const keyBytes = prefix.length + countText.length + 1;
  expectRoom(request, count * (keyBytes + stringBytes(size || keyBytes)));
  for (let i = 0; i < count; i++) {
    const key = flat(`${prefix}:${i}`);
    if (db.lookupWrite(key) !== undefined) continue;
    db.set(key, flat(`value:${i}`, size), null);
    db.signalModified(key, 'set', 0);
  }
  return OK;
}

/** A text put together in JavaScript refers to its parts, and takes more than is counted: one made of bytes does not. */
function flat(text: string, size = 0): string {
  const bytes = Buffer.alloc(size || text.length);
  bytes.write(text, 'latin1');
  return bytes.toString('latin1');
}

function parsePositive(text: string): number {
  const value = Number(parseLongLong(text, NOT_POSITIVE));
  if (value < 0) throw new ReplyError(NOT_POSITIVE);
  return value;
}

const NOT_POSITIVE = 'ERR value is out of range, must be positive';

/** `DEBUG ERROR text`: an error reply of any code and text, for tests of clients. */
function error({ args }: Request): Reply {
  if (args.length !== 3) throw unknownSubcommand(args[1]!);
  return new ReplyError(args[2]!);
}

function help(): Reply {
  return [
    'DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
    'RELOAD [MERGE] [NOFLUSH] [NOSAVE]',
    '    Save the RDB on disk and reload it back to memory.',
    'SET-ACTIVE-EXPIRE <0|1>',
    '    Setting it to 0 disables expiring keys in the background.',
    'SLEEP <seconds>',
    '    Stop the server for <seconds>; decimals are allowed.',
    'POPULATE <count> [<prefix> [<size>]]',
    '    Add <count> string keys, key:0 and so on, with values of <size> bytes.',
    'ERROR <text>',
    '    Reply with an error of this text.',
    'HELP',
    '    Print this help.',
  ].map((line) => new Status(line));
}

function unknownSubcommand(name: string): ReplyError {
  return new ReplyError(
    `ERR unknown subcommand or wrong number of arguments for '${name.slice(0, 128)}'. Try DEBUG HELP.`,
  );
}

const NOT_ALLOWED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local ' +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';

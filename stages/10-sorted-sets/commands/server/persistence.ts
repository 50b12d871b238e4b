import { NO_REPLY, OK, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Server } from '../../server.ts';
import { syntaxError } from '../arguments.ts';

/** Saving to disk, and SHUTDOWN. */
export const persistence: Family = {
  group: 'server',
  rows: [
    {
      name: 'save',
      arity: 1,
      flags: 'admin noscript no_async_loading no_multi',
      since: '1.0.0',
      summary: 'Saves the data to disk; everybody waits.',
      run: save,
    },
    {
      name: 'bgsave',
      arity: -1,
      flags: 'admin noscript no_async_loading',
      since: '1.0.0',
      summary: 'Saves the data as it is now to disk, in the background.',
      syntax: '[SCHEDULE]',
      run: bgsave,
    },
    {
      name: 'bgrewriteaof',
      arity: 1,
      flags: 'admin noscript no_async_loading',
      since: '1.0.0',
      summary: 'Rewrites the append-only file in the background.',
      run: bgrewriteaof,
    },
    {
      name: 'lastsave',
      arity: 1,
      flags: 'loading stale fast',
      categories: 'admin dangerous',
      tips: 'nondeterministic_output',
      since: '1.0.0',
      summary: 'When the last save succeeded, Unix time in seconds.',
      run: lastsave,
    },
    {
      name: 'shutdown',
      arity: -1,
      flags: 'admin noscript loading stale no_multi allow_busy',
      since: '1.0.0',
      summary: 'Saves, if there are save points, and ends the server.',
      syntax: '[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
      run: shutdown,
    },
  ],
};

function save({ server }: Request): Reply {
  if (server.rdb.current !== undefined) throw new ReplyError('ERR Background save already in progress');
  saveOrFail(server);
  return OK;
}

/** @throws ReplyError `ERR` alone, as Redis: the reason is for the operator, in the log */
export function saveOrFail(server: Server): void {
  try {
    server.rdb.save();
  } catch {
    throw new ReplyError('ERR');
  }
}

/** `BGSAVE [SCHEDULE]`: with SCHEDULE, and inside EXEC, it waits for its turn. */
function bgsave({ server, client, args }: Request): Reply {
  const schedule = args.length === 2 && args[1]!.toUpperCase() === 'SCHEDULE';
  if (args.length > 2 || (args.length === 2 && !schedule)) throw syntaxError();
  const busy = server.keyspace.isSnapshotting && schedule;
  if ((client.transaction?.executing || busy) && server.rdb.current === undefined) {
    server.rdb.scheduled = true;
    return new Status('Background saving scheduled');
  }
  server.rdb.saveInBackground();
  return new Status('Background saving started');
}

/** BGREWRITEAOF: inside EXEC, and while a save goes on, it waits for its turn. */
function bgrewriteaof({ server, client }: Request): Reply {
  const { rewriter } = server.aof;
  if (rewriter.current !== undefined) {
    throw new ReplyError('ERR Background append only file rewriting already in progress');
  }
  if (server.keyspace.isSnapshotting || client.transaction?.executing) {
    rewriter.scheduled = true;
    rewriter.consecutiveFailures = 0;
    return new Status('Background append only file rewriting scheduled');
  }
  try {
    rewriter.start();
  } catch {
    throw new ReplyError(
      "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
    );
  }
  return new Status('Background append only file rewriting started');
}

function lastsave({ server }: Request): Reply {
  return Math.floor(server.rdb.lastSave / 1000);
}

/** `SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]`: no reply but the end of the connection. */
function shutdown({ server, client, args }: Request): Reply {
  const words = new Set(args.slice(1).map((word) => word.toUpperCase()));
  const abort = words.delete('ABORT');
  const flags = {
    save: words.delete('SAVE'),
    nosave: words.delete('NOSAVE'),
    now: words.delete('NOW'), // not to wait for replicas: from stage 08 on
    force: words.delete('FORCE'),
  };
  if (words.size > 0 || (flags.save && flags.nosave) || (abort && args.length > 2)) throw syntaxError();
  if (abort && server.shutdownWait.abort()) return OK;
  if (abort) throw new ReplyError('ERR No shutdown in progress.');
  if (!server.shutdown(flags)) throw new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.');
  if (server.shutdownWait.until !== undefined) return server.shutdownWait.block(client);
  return NO_REPLY;
}

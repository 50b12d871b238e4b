import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { checkSubscribedMode } from '../pubsub/guard.ts';
import { checkGoodReplicas, checkPrimaryLink, checkReadOnly, checkReplica } from '../replication/guards.ts';
import type { Server } from '../server.ts';
import { checkBusy, postponePrimary, takeScriptFlags } from '../scripting/script-guard.ts';
import { queueInTransaction, staysInTransaction } from '../transactions.ts';
import { checkAuthenticated, checkPermissions } from './authorize.ts';
import { checkPaused } from './pause.ts';
import type { Request } from './request.ts';

/**
 * Looks at a request before it runs: a reply stops it there, undefined lets it pass. The order is that of Redis's
 * `processCommand`: it decides which error a client sees.
 */
export function guard(request: Request): Reply | undefined {
  if (request.client.type === 'primary') return guardPrimary(request);
  let refused = checkArity(request);
  refused ??= checkAuthenticated(request);
  refused ??= checkTransaction(request);
  refused ??= checkPermissions(request);
  if (refused === undefined) takeScriptFlags(request);
  refused ??= checkBusy(request);
  refused ??= checkMemory(request);
  refused ??= checkDisk(request);
  refused ??= checkGoodReplicas(request);
  refused ??= checkReadOnly(request);
  refused ??= checkSubscribedMode(request);
  refused ??= checkPrimaryLink(request);
  refused ??= checkLoading(request);
  refused ??= checkReplica(request);
  refused ??= checkPaused(request);
  refused ??= queueInTransaction(request);
  return refused;
}

/** A replica refuses nothing of its primary's stream that it can do: on the primary it has happened already. */
function guardPrimary(request: Request): Reply | undefined {
  if (request.server.running.run !== undefined) return postponePrimary(request);
  return checkArity(request) ?? checkTransaction(request) ?? checkPaused(request) ?? queueInTransaction(request);
}

function checkArity({ command, args }: Request): Reply | undefined {
  const { arity } = command;
  if (arity > 0 ? args.length === arity : args.length >= -arity) return undefined;
  return new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

function checkTransaction({ client, command }: Request): Reply | undefined {
  if (client.transaction === undefined || !command.flags.has('no_multi')) return undefined;
  return new ReplyError('ERR Command not allowed inside a transaction');
}

/** Past `maxmemory` keys are evicted; where none may be, nothing is accepted that may need more. DEL still works. */
export function checkMemory(request: Request): Reply | undefined {
  if (request.server.eviction.perform() !== 'fail') return undefined;
  if (!request.has('denyoom') && !staysInTransaction(request)) return undefined;
  return new ReplyError(OOM);
}

/** While the disk takes no writes, nothing is accepted that would be lost. */
export function checkDisk(request: Request): Reply | undefined {
  const error = diskError(request.server);
  if (error === undefined) return undefined;
  if (!request.has('write') && !request.command.row.reportsDiskErrors) return undefined;
  return new ReplyError(error);
}

/** Redis: `writeCommandsDeniedByDiskError`. */
function diskError(server: Server): string | undefined {
  if (server.rdb.lastStatus === 'err') {
    const { save, 'stop-writes-on-bgsave-error': stopWrites } = server.options;
    if (stopWrites && save.length > 0) return MISCONF;
  }
  if (server.aof.file.error !== undefined) return `MISCONF Errors writing to the AOF file: ${server.aof.file.error}`;
  return undefined;
}

function checkLoading(request: Request): Reply | undefined {
  if (request.server.loading === undefined || !request.lacks('loading')) return undefined;
  return new ReplyError('LOADING Redis is loading the dataset in memory');
}

/**
 * For commands that copy whole values: one alone could double what is used, and V8 ends the process when its heap is full.
 * Redis looks at `maxmemory` before the command alone. Where keys are evicted, memory is always full: a quarter beyond is
 * allowed, for which the next command makes room. @throws ReplyError when `bytes` more would pass the limit
 */
export function expectRoom(request: Request, bytes: number): void {
  if (request.client.mustObey) return;
  const { options, keyspace } = request.server;
  const limit = options.maxmemory * (options['maxmemory-policy'] === 'noeviction' ? 1 : 1.25);
  if (limit !== 0 && keyspace.usedBytes + bytes > limit) throw new ReplyError(OOM);
}

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may " +
  'modify the data set are disabled, because this instance is configured to report errors during writes if RDB ' +
  'snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.';

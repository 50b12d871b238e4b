import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { queueInTransaction, staysInTransaction } from '../transactions.ts';
import type { Request } from './request.ts';

/**
 * Looks at a request before it runs: a reply stops it there, undefined lets it pass. The order is that of Redis's
 * `processCommand`: it decides which error a client sees.
 */
export function guard(request: Request): Reply | undefined {
  let refused = checkArity(request);
  refused ??= checkMemory(request);
  refused ??= queueInTransaction(request);
  return refused;
}

function checkArity({ command, args }: Request): Reply | undefined {
  const { arity } = command;
  if (arity > 0 ? args.length === arity : args.length >= -arity) return undefined;
  return new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

/** Past `maxmemory` keys are evicted; where none may be, nothing is accepted that may need more. DEL still works. */
export function checkMemory(request: Request): Reply | undefined {
  if (request.server.eviction.perform() !== 'fail') return undefined;
  if (!request.has('denyoom') && !staysInTransaction(request)) return undefined;
  return new ReplyError(OOM);
}

/**
 * For commands that copy whole values: one alone could double what is used, and V8 ends the process when its heap is full.
 * Redis looks at `maxmemory` before the command alone. Where keys are evicted, memory is always full: a quarter beyond is
 * allowed, for which the next command makes room. @throws ReplyError when `bytes` more would pass the limit
 */
export function expectRoom(request: Request, bytes: number): void {
  const { options, keyspace } = request.server;
  const limit = options.maxmemory * (options['maxmemory-policy'] === 'noeviction' ? 1 : 1.25);
  if (limit !== 0 && keyspace.usedBytes + bytes > limit) throw new ReplyError(OOM);
}

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Request } from './request.ts';

/**
 * Looks at a request before it runs: a reply stops it there, undefined lets it pass. The order is that of Redis's
 * `processCommand`: it decides which error a client sees.
 */
export function guard(request: Request): Reply | undefined {
  let refused = checkArity(request);
  refused ??= checkMemory(request);
  return refused;
}

function checkArity({ command, args }: Request): Reply | undefined {
  const { arity } = command;
  if (arity > 0 ? args.length === arity : args.length >= -arity) return undefined;
  return new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

/** Past `maxmemory` nothing is accepted that may need more; DEL and its like still work. */
function checkMemory(request: Request): Reply | undefined {
  const { maxmemory } = request.server.options;
  if (maxmemory === 0 || request.server.keyspace.usedBytes <= maxmemory) return undefined;
  if (!request.has('denyoom')) return undefined;
  return new ReplyError(OOM);
}

/**
 * For commands that copy whole values: one alone could double what is used, and V8 ends the process when its heap is full.
 * Redis looks at `maxmemory` before the command alone. @throws ReplyError when `bytes` more would pass it
 */
export function expectRoom(request: Request, bytes: number): void {
  const { options, keyspace } = request.server;
  if (options.maxmemory !== 0 && keyspace.usedBytes + bytes > options.maxmemory) throw new ReplyError(OOM);
}

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

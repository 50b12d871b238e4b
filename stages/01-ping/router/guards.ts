import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Request } from './request.ts';

/**
 * Looks at a request before it runs: a reply stops it there, undefined lets it pass. The order is that of Redis's
 * `processCommand`: it decides which error a client sees.
 */
export function guard(request: Request): Reply | undefined {
  let refused = checkArity(request);
  return refused;
}

function checkArity({ command, args }: Request): Reply | undefined {
  const { arity } = command;
  if (arity > 0 ? args.length === arity : args.length >= -arity) return undefined;
  return new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Request } from './request.ts';

/** Looks at a request before it runs: a reply stops it there, undefined lets it pass. */
export type Guard = (request: Request) => Reply | undefined;

/** In the order of Redis's `processCommand`, which decides which error a client sees. */
export const guards: readonly Guard[] = [checkArity];

function checkArity({ command, args }: Request): Reply | undefined {
  const { arity } = command;
  if (arity > 0 ? args.length === arity : args.length >= -arity) return undefined;
  return new ReplyError(`ERR wrong number of arguments for '${command.fullName}' command`);
}

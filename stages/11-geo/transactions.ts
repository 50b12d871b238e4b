import { keepArguments, lengthOf, releaseKept } from '#shared/resp/long-arguments.ts';
import { NULL_ARRAY, ReplyError, Status, type Reply } from '#shared/resp/reply.ts';
import type { Client } from './clients/client.ts';
import { Request } from './router/request.ts';
import type { Server } from './server.ts';

const QUEUED = new Status('QUEUED');

/** Bytes of a queued request besides its arguments, and of each argument besides its characters. */
const REQUEST_BYTES = 120;
const ARGUMENT_BYTES = 32;

/** The last guard: between MULTI and EXEC a request that got this far is kept (Redis: `queueMultiCommand`). */
export function queueInTransaction(request: Request): Reply | undefined {
  return isQueued(request) ? queue(request) : undefined;
}

function queue(request: Request): Reply {
  const transaction = request.client.transaction!;
  transaction.size += REQUEST_BYTES;
  for (let i = 0; i < request.args.length; i++) transaction.size += ARGUMENT_BYTES + lengthOf(request.args, i);
  const limit = request.server.options['client-query-buffer-limit'];
  if (transaction.size > limit && !request.client.mustObey) {
    transaction.queued.length = 0;
    return new ReplyError('ERR the transaction is larger than client-query-buffer-limit');
  }
  keepArguments(request.args);
  transaction.queued.push({ command: request.command, args: request.args });
  return QUEUED;
}

/** Whether the request will be queued, if no other guard refuses it. */
export function isQueued({ client, command }: Request): boolean {
  return client.transaction !== undefined && command.row.queued !== false;
}

/** Whether a transaction goes on after the request: past `maxmemory` it is refused then, MULTI and WATCH too. */
export function staysInTransaction({ client, command }: Request): boolean {
  return client.transaction !== undefined && !command.row.endsTransaction;
}

/** A refused request spoils the transaction it was meant for (Redis: `flagTransaction`); a refused EXEC ends it. */
export function flagTransaction(server: Server, client: Client, refused: Reply, isExec: boolean): Reply {
  if (!(refused instanceof ReplyError)) return refused;
  if (client.transaction !== undefined) client.transaction.aborted = true;
  if (!isExec) return refused;
  discardTransaction(server, client);
  return new ReplyError(`EXECABORT Transaction discarded because of: ${refused.message.replace(/^ERR /, '')}`);
}

/**
 * EXEC: runs what was queued, all of it or nothing; other clients see no state in between. An error inside does not
 * undo what came before, nor keep back what follows (Redis: `execCommand`).
 */
export function executeTransaction(request: Request, call: (request: Request) => Reply): Reply {
  const { server, client } = request;
  const { transaction } = client;
  if (transaction === undefined) throw new ReplyError('ERR EXEC without MULTI');
  const changed = server.watchedKeys.haveChanged(client);
  server.watchedKeys.unwatch(client);
  try {
    if (transaction.aborted) throw new ReplyError('EXECABORT Transaction discarded because of previous errors.');
    if (changed) return NULL_ARRAY;
    server.keyspace.fixedTime = Date.now(); // no key expires between two of the commands
    transaction.executing = true;
    request.propagateAs(); // the queued commands are propagated instead
    return transaction.queued.map(({ args }) => call(new Request(server, client, server.commands.find(args)!, args)));
  } finally {
    server.keyspace.fixedTime = undefined;
    client.transaction = undefined;
    for (const { args } of transaction.queued) releaseKept(args);
  }
}

/** DISCARD, RESET, and the end of the connection (Redis: `discardTransaction`). */
export function discardTransaction(server: Server, client: Client): void {
  client.transaction = undefined;
  server.watchedKeys.unwatch(client);
}

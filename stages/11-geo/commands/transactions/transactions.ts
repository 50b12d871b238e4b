import { keyRange } from '#shared/commands/key-specs.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { Transaction } from '../../clients/transaction.ts';
import type { Family } from '../../router/command.ts';
import { call } from '../../router/execute.ts';
import type { Request } from '../../router/request.ts';
import { discardTransaction, executeTransaction } from '../../transactions.ts';

const FLAGS = 'noscript loading stale fast allow_busy';

/** All or nothing (Redis: multi.c). */
export const transactions: Family = {
  group: 'transactions',
  rows: [
    {
      name: 'multi',
      arity: 1,
      flags: FLAGS,
      since: '1.2.0',
      summary: 'Starts a transaction: what follows is queued.',
      queued: false,
      run: multi,
    },
    {
      name: 'exec',
      arity: 1,
      flags: 'noscript loading stale skip_slowlog',
      since: '1.2.0',
      summary: 'Runs what was queued, unless a watched key has changed.',
      queued: false,
      endsTransaction: true,
      runsQueue: true,
      run: (request) => executeTransaction(request, call),
    },
    {
      name: 'discard',
      arity: 1,
      flags: FLAGS,
      since: '2.0.0',
      summary: 'Forgets what was queued.',
      queued: false,
      endsTransaction: true,
      run: discard,
    },
    {
      name: 'watch',
      arity: -2,
      flags: FLAGS,
      keys: [keyRange(1, -1, 1, 'RO')],
      since: '2.2.0',
      summary: 'Makes the next EXEC depend on keys staying as they are.',
      queued: false,
      run: watch,
    },
    { name: 'unwatch', arity: 1, flags: FLAGS, since: '2.2.0', summary: 'Forgets every watched key.', run: unwatch },
  ],
};

function multi({ client }: Request): Reply {
  if (client.transaction !== undefined) throw new ReplyError('ERR MULTI calls can not be nested');
  client.transaction = new Transaction();
  return OK;
}

function discard(request: Request): Reply {
  if (request.client.transaction === undefined) throw new ReplyError('ERR DISCARD without MULTI');
  discardTransaction(request.server, request.client);
  return OK;
}

function watch({ server, client, db, args }: Request): Reply {
  if (client.transaction !== undefined) throw new ReplyError('ERR WATCH inside MULTI is not allowed');
  for (let i = 1; i < args.length; i++) server.watchedKeys.watch(client, db, args[i]!);
  return OK;
}

function unwatch({ server, client }: Request): Reply {
  server.watchedKeys.unwatch(client);
  return OK;
}

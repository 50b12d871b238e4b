import type { Hint } from './hint.ts';

export const won = 'ioredis runs transactions';

const TRANSACTIONS = 'transactions.ts';
const QUEUE = `${TRANSACTIONS}#queueInTransaction`;
const EXEC = `${TRANSACTIONS}#executeTransaction`;
const FLAG = `${TRANSACTIONS}#flagTransaction`;
const WATCHED = 'clients/watched-keys.ts#WatchedKeys';

export const hints: Record<string, Hint> = {
  'queued requests run at EXEC, in order, with a reply each': [
    'After MULTI a request is not run: keep it, and answer +QUEUED. EXEC runs all of them and answers an array of their replies.',
    'queueMultiCommand and execCommand in src/multi.c',
    QUEUE,
  ],
  'nothing has happened before EXEC': [
    'Queue before the handler runs. Another client must not see anything of it.',
    'processCommand in src/server.c (queueMultiCommand)',
    QUEUE,
  ],
  'an empty transaction answers an empty array': ['The reply is an empty array, *0, and not a null.', 'execCommand in src/multi.c', EXEC],
  'EXEC and DISCARD without MULTI are errors': [
    'Each has a text of its own: ERR EXEC without MULTI.',
    'execCommand and discardCommand in src/multi.c',
    'commands/transactions/transactions.ts#exec',
  ],
  'MULTI inside MULTI is an error, and the transaction goes on': [
    'MULTI is not queued: it runs at once and finds that there is a transaction. What is queued stays.',
    'multiCommand in src/multi.c',
    'commands/transactions/transactions.ts#multi',
  ],
  'DISCARD forgets what was queued': [
    'Empty the queue and leave the transaction; the reply is +OK.',
    'discardTransaction in src/multi.c',
    `${TRANSACTIONS}#discardTransaction`,
  ],
  'EXEC ends the transaction': [
    'The request after EXEC runs at once again.',
    'discardTransaction in src/multi.c',
    EXEC,
  ],
  'an error inside EXEC takes the place of its reply, and undoes nothing': [
    'An error is one of the replies in the array. The commands after it run, and those before it stay done.',
    'execCommand in src/multi.c',
    EXEC,
  ],
  'an unknown command spoils the transaction': [
    'A request that is refused when it should be queued marks the transaction. EXEC then runs nothing and answers EXECABORT.',
    'flagTransaction in src/multi.c',
    FLAG,
  ],
  'a wrong number of arguments spoils the transaction': [
    'The number of arguments is tested before a request is queued.',
    'rejectCommand in src/server.c',
    FLAG,
  ],
  'an error that is found only when the command runs does not spoil the transaction': [
    'The type of a key is seen only at EXEC: it is an error in the array.',
    'execCommand in src/multi.c',
    EXEC,
  ],
  'DISCARD ends a spoiled transaction, so that the next one is clean': [
    'The mark belongs to the transaction and goes with it.',
    'discardTransaction in src/multi.c',
    `${TRANSACTIONS}#discardTransaction`,
  ],
  'a pipeline around a transaction keeps its order': [
    'Replies leave in the order of their requests: those of the queue are inside the reply to EXEC.',
    'execCommand in src/multi.c',
    EXEC,
  ],
  'RESP3 replies keep their types inside EXEC': [
    'Each reply in the array is encoded for the protocol of the connection, as if it stood alone.',
    'execCommand in src/multi.c',
    'shared/resp/encoder.ts#ReplyWriter',
  ],
  "WATCH: the client's own change counts as well": [
    'Whoever changes a watched key marks all that watch it, the client itself too.',
    'touchWatchedKey in src/multi.c',
    WATCHED,
  ],
  'WATCH: each of several keys counts': [
    'Keep for each key the clients that watch it; one change is enough.',
    'watchForKey in src/multi.c',
    WATCHED,
  ],
  'EXEC forgets the watched keys, whether it ran or not': [
    'The next transaction of this client must not fail because of a change that came before it.',
    'unwatchAllKeys in src/multi.c',
    WATCHED,
  ],
  'UNWATCH forgets the watched keys': [
    'UNWATCH removes the mark of the client as well.',
    'unwatchCommand in src/multi.c',
    WATCHED,
  ],
  'WATCH inside a transaction is an error that does not spoil it': [
    'WATCH is not queued. Its error does not mark the transaction.',
    'watchCommand in src/multi.c',
    'commands/transactions/transactions.ts#watch',
  ],
  'a watched key that expires counts as changed': [
    'At EXEC, look whether a watched key has expired since WATCH, even when nobody has removed it yet.',
    'isWatchedKeyExpired in src/multi.c',
    WATCHED,
  ],
  'two clients that watch one key: the first EXEC wins': [
    'EXEC of the second finds its mark, runs nothing and answers the null array.',
    'execCommand in src/multi.c',
    EXEC,
  ],
  'increments by many clients that retry: none is lost': [
    'WATCH, GET, MULTI, SET, EXEC, and again from the start when EXEC answers null. A lost increment means a change that did not mark its watchers.',
    'touchWatchedKey in src/multi.c',
    WATCHED,
  ],
  'a blocking command inside a transaction does not block': [
    'Nobody can wait inside EXEC: a blocking command answers at once what it would answer after its timeout.',
    'blockingPopGenericCommand in src/t_list.c (CLIENT_DENY_BLOCKING)',
    EXEC,
  ],
  'a blocked client is served after the whole transaction': [
    'Serve the waiting clients when EXEC has ended, not after each command in it.',
    'handleClientsBlockedOnKeys in src/blocked.c',
    'router/execute.ts#call',
  ],
  'ioredis: multi().exec() gives a result or an error for each': [
    'ioredis sends MULTI, the commands and EXEC in one packet.',
    'execCommand in src/multi.c',
    EXEC,
  ],
};

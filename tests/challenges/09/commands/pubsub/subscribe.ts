import { keyRange } from '#shared/commands/key-specs.ts';
import { Replies, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { PubSub } from '../../pubsub/pubsub.ts';
import type { Subscriptions } from '../../pubsub/subscriptions.ts';
import type { CommandRow, Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';

/** Subscribing and its end, for channels, patterns and shard channels. Each name is confirmed by a reply of its own. */
export const subscribing: Family = {
  group: 'pubsub',
  rows: [
    ...rowsFor('', '2.0.0', 'channels', ({ channels }) => channels),
    ...rowsFor('p', '2.0.0', 'all channels that patterns match', ({ patterns }) => patterns),
    ...rowsFor('s', '7.0.0', 'shard channels', ({ shardChannels }) => shardChannels),
  ],
};

/** Finds the subscriptions of one kind. */
type Kind = (pubsub: PubSub) => Subscriptions;

function rowsFor(prefix: '' | 'p' | 's', since: string, what: string, kind: Kind): CommandRow[] {
  const facts = {
    flags: 'pubsub noscript loading stale',
    // In a cluster the name of a shard channel decides, as a key does, which server has it.
    ...(prefix === 's' ? { keys: [keyRange(1, -1, 1, 'not_key')] } : {}),
    since,
    whileSubscribed: true,
  } as const;
  return [
    {
      ...facts,
      name: `${prefix}subscribe`,
      arity: -2,
      summary: `Subscribes to ${what}.`,
      run: (request) => subscribe(request, kind(request.server.pubsub)),
    },
    {
      ...facts,
      name: `${prefix}unsubscribe`,
      arity: -1,
      summary: `Ends subscriptions to ${what}; without arguments all of them.`,
      run: (request) => unsubscribe(request, kind(request.server.pubsub)),
    },
  ];
}

function subscribe({ server, client, args }: Request, to: Subscriptions): Reply {
  const { pubsub } = server;
  if (to === pubsub.shardChannels && client.transaction?.executing) {
    throw new ReplyError("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
  }
  return new Replies(args.slice(1).flatMap((name) => [pubsub.subscribe(client, to, name), ...pubsub.retained(to, name)]));
}

function unsubscribe({ server, client, args }: Request, from: Subscriptions): Reply {
  const { pubsub } = server;
  if (args.length === 1) return new Replies(pubsub.unsubscribeAll(client, from));
  return new Replies(args.slice(1).map((name) => pubsub.unsubscribe(client, from, name)));
}

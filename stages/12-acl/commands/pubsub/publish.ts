import { keyAt } from '#shared/commands/key-specs.ts';
import { globMatch } from '#shared/glob.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Subscriptions } from '../../pubsub/subscriptions.ts';
import type { CommandRow, Family, Handler } from '../../router/command.ts';
import { PROPAGATE_REPL } from '../../router/propagate.ts';
import type { Request } from '../../router/request.ts';

const PUBLISH = 'pubsub loading stale fast may_replicate';
const PUBSUB = 'pubsub loading stale';

/** PUBLISH, and PUBSUB about the subscriptions. */
export const publishing: Family = {
  group: 'pubsub',
  category: '',
  rows: [
    {
      name: 'publish',
      arity: 3,
      flags: PUBLISH,
      channels: { first: 1, last: 1 },
      since: '2.0.0',
      summary: 'Sends a message to a channel.',
      run: publish,
    },
    {
      name: 'spublish',
      arity: 3,
      flags: PUBLISH,
      keys: [keyAt(1, 'not_key')],
      channels: { first: 1, last: 1 },
      since: '7.0.0',
      summary: 'Sends a message to a shard channel.',
      run: spublish,
    },
    {
      name: 'pubsub',
      arity: -2,
      flags: '',
      since: '2.8.0',
      helpSince: '6.2.0',
      summary: 'Tells what the clients have subscribed to.',
      subcommands: [
        pubsubRow('channels', '2.8.0', 'Names the channels that have subscribers.', '[<pattern>]', (request) =>
          channels(request, request.server.pubsub.channels)),
        { ...pubsubRow('numpat', '2.8.0', 'Counts the patterns that have subscribers.', '', numpat), arity: 2 },
        pubsubRow('numsub', '2.8.0', 'Counts the subscribers of channels.', '[<channel> ...]', (request) =>
          numsub(request, request.server.pubsub.channels)),
        pubsubRow('shardchannels', '7.0.0', 'Names the shard channels that have subscribers.', '[<pattern>]', (request) =>
          channels(request, request.server.pubsub.shardChannels)),
        pubsubRow('shardnumsub', '7.0.0', 'Counts the subscribers of shard channels.', '[<channel> ...]', (request) =>
          numsub(request, request.server.pubsub.shardChannels)),
      ],
    },
  ],
};

function pubsubRow(name: string, since: string, summary: string, syntax: string, run: Handler): CommandRow {
  return { name, arity: -2, flags: PUBSUB, since, summary, syntax, run };
}

/** @returns how often this server has sent it; its replicas send it to their own subscribers */
function publish(request: Request): Reply {
  const sent = request.server.pubsub.publish(request.args[1]!, request.args[2]!);
  tellReplicas(request);
  return sent;
}

function spublish(request: Request): Reply {
  const sent = request.server.pubsub.publishToShard(request.args[1]!, request.args[2]!);
  tellReplicas(request);
  return sent;
}

/** The log does not get it: a message is for subscribers of this moment, and a log is read later. */
function tellReplicas({ server, client, args }: Request): void {
  server.propagation.alsoPropagate(client.db, args, PROPAGATE_REPL);
}

/** `PUBSUB CHANNELS [pattern]` */
function channels({ args }: Request, subscriptions: Subscriptions): Reply {
  if (args.length > 3) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try PUBSUB HELP.`);
  }
  const pattern = args[2];
  const names = [...subscriptions.names()];
  return pattern === undefined ? names : names.filter((name) => globMatch(pattern, name));
}

/** `PUBSUB NUMSUB [channel …]` */
function numsub({ args }: Request, subscriptions: Subscriptions): Reply {
  return args.slice(2).flatMap((name) => [name, subscriptions.subscribersOf(name)?.size ?? 0]);
}

function numpat({ server }: Request): Reply {
  return server.pubsub.patterns.size;
}

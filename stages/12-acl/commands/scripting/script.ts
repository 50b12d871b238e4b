import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { killScript } from '../../scripting/kill.ts';

const ALL_SHARDS = 'request_policy:all_shards';
const ALL_NODES = 'request_policy:all_nodes response_policy:all_succeeded';

/** The scripts that the server keeps (Redis: `scriptCommand`). */
export const scripts: Family = {
  group: 'scripting',
  category: 'scripting',
  rows: [
    {
      name: 'script',
      arity: -2,
      flags: '',
      since: '2.6.0',
      helpSince: '5.0.0',
      summary: 'The scripts that the server keeps.',
      subcommands: [
        {
          name: 'exists',
          arity: -3,
          flags: 'noscript',
          tips: `${ALL_SHARDS} response_policy:agg_logical_and`,
          since: '2.6.0',
          summary: 'Which of the scripts with these SHA-1 digests are there.',
          syntax: '<sha1> [<sha1> ...]',
          run: ({ server, args }) => args.slice(2).map((sha) => (server.scripts.find(sha) === undefined ? 0 : 1)),
        },
        {
          name: 'flush',
          arity: -2,
          flags: 'noscript',
          tips: ALL_NODES,
          since: '2.6.0',
          summary: 'Forgets all scripts. Both words do the same here.',
          syntax: '[ASYNC | SYNC]',
          run: flush,
        },
        {
          name: 'kill',
          arity: 2,
          flags: 'noscript allow_busy',
          tips: `${ALL_SHARDS} response_policy:one_succeeded`,
          since: '2.6.0',
          summary: 'Ends the script that is running, unless it has written.',
          run: ({ server }) => killScript(server, false),
        },
        {
          name: 'load',
          arity: 3,
          flags: 'noscript stale',
          tips: ALL_NODES,
          since: '2.6.0',
          summary: 'Keeps a script without running it. The reply is its SHA-1 digest.',
          syntax: '<script>',
          run: ({ server, args }) => server.scripts.load(args[2]!).sha,
        },
      ],
    },
  ],
};

/** `SCRIPT FLUSH [ASYNC | SYNC]` */
function flush({ server, args }: Request): Reply {
  if (args.length > 3 || (args.length === 3 && !/^(a?sync)$/i.test(args[2]!))) {
    throw new ReplyError('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  server.scripts.flush();
  return OK;
}

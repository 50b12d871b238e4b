import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseInt32 } from '../arguments.ts';

const FLAGS = 'admin loading stale';
const SHOWN = 10;
const BAD_COUNT = 'ERR count should be greater than or equal to -1';

/** Requests that took long (Redis: `slowlogCommand`). */
export const slowlog: Family = {
  group: 'server',
  rows: [
    {
      name: 'slowlog',
      arity: -2,
      flags: '',
      since: '2.2.12',
      helpSince: '6.2.0',
      summary: 'Requests that took long.',
      subcommands: [
        {
          name: 'get',
          arity: -2,
          flags: FLAGS,
          tips: 'request_policy:all_nodes nondeterministic_output',
          since: '2.2.12',
          summary: 'The latest ones: number, time, µs, arguments, client and its name.',
          syntax: '[<count>]',
          run: slowlogGet,
        },
        {
          name: 'len',
          arity: 2,
          flags: FLAGS,
          tips: 'request_policy:all_nodes response_policy:agg_sum nondeterministic_output',
          since: '2.2.12',
          summary: 'Counts them.',
          run: ({ server }) => server.slowLog.entries.length,
        },
        {
          name: 'reset',
          arity: 2,
          flags: FLAGS,
          tips: 'request_policy:all_nodes response_policy:all_succeeded',
          since: '2.2.12',
          summary: 'Forgets them.',
          run: slowlogReset,
        },
      ],
    },
  ],
};

/** `SLOWLOG GET [count]`; -1: all of them. */
function slowlogGet({ server, args }: Request): Reply {
  if (args.length > 3) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try SLOWLOG HELP.`);
  }
  const count = args.length === 2 ? SHOWN : parseInt32(args[2]!, BAD_COUNT);
  if (count < -1) throw new ReplyError(BAD_COUNT);
  const { entries } = server.slowLog;
  return entries.slice(0, count === -1 ? entries.length : count).map(({ id, time, duration, args: shown, address, clientName }) => {
    return [id, time, duration, shown, address, clientName];
  });
}

function slowlogReset({ server }: Request): Reply {
  server.slowLog.reset();
  return OK;
}

import { commandRow } from '#shared/commands/command-rows.ts';
import { probeRows } from '#shared/commands/probe-rows.ts';
import { infoText } from '#shared/info/info.ts';
import { Verbatim, type Reply } from '#shared/resp/reply.ts';
import { infoSections } from '../../info.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';

/** What the server reports about itself and its commands. */
export const server: Family = {
  group: 'server',
  rows: [
    {
      name: 'info',
      arity: -1,
      flags: 'loading stale',
      categories: 'dangerous',
      tips: 'nondeterministic_output request_policy:all_shards response_policy:special',
      since: '1.0.0',
      summary: 'What the server knows about itself.',
      run: info,
    },
    commandRow,
    ...probeRows,
  ],
};

function info({ server, args }: Request): Reply {
  return new Verbatim('txt', infoText(infoSections, server, args.slice(1)));
}

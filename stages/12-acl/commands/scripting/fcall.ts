import { keyCount } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { callFunction, flagsOfFunction } from '../../scripting/fcall.ts';
import { showMonitors } from './eval.ts';
import { numberOfKeys } from './number-of-keys.ts';

const FLAGS = 'noscript stale skip_monitor no_mandatory_keys';

/** Functions of libraries (Redis: `fcallCommandGeneric`). */
export const functionCalls: Family = {
  group: 'scripting',
  category: 'scripting',
  rows: [
    {
      name: 'fcall',
      arity: -3,
      flags: `${FLAGS} may_replicate`,
      keys: [keyCount(2, 'RW access update')],
      since: '7.0.0',
      summary: 'Runs a function.',
      scriptFlags: flagsOfFunction,
      run: fcall,
    },
    {
      name: 'fcall_ro',
      arity: -3,
      flags: `readonly ${FLAGS}`,
      keys: [keyCount(2, 'RO access')],
      since: '7.0.0',
      summary: 'Runs a function that only reads.',
      scriptFlags: flagsOfFunction,
      run: fcall,
    },
  ],
};

/** `FCALL function numkeys [key …] [arg …]` */
function fcall(request: Request): Reply {
  const { server, args } = request;
  showMonitors(request);
  const found = server.functions.libraries.find(args[1]!);
  if (found === undefined) throw new ReplyError('ERR Function not found');
  return callFunction(request, found, numberOfKeys(args, 'ERR Bad number of keys provided'));
}

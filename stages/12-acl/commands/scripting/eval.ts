import { keyCount } from '#shared/commands/key-specs.ts';
import type { Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { evalScript, flagsOfSha, flagsOfSource } from '../../scripting/eval.ts';
import { numberOfKeys } from './number-of-keys.ts';

const FLAGS = 'noscript stale skip_monitor no_mandatory_keys';
/** What a script does with its keys is not known: the worst is assumed. */
const writes = { arity: -3, flags: `${FLAGS} may_replicate`, keys: [keyCount(2, 'RW access update')] };
const reads = { arity: -3, flags: `readonly ${FLAGS}`, keys: [keyCount(2, 'RO access')] };
const bySource = { scriptFlags: flagsOfSource };
const bySha = { scriptFlags: flagsOfSha };

/** Scripts that clients send (Redis: eval.c). */
export const evaluating: Family = {
  group: 'scripting',
  category: 'scripting',
  rows: [
    { name: 'eval', ...writes, ...bySource, since: '2.6.0', summary: 'Runs a script.', run: runSource },
    { name: 'eval_ro', ...reads, ...bySource, since: '7.0.0', summary: 'Runs a script that only reads.', run: runSource },
    { name: 'evalsha', ...writes, ...bySha, since: '2.6.0', summary: 'Runs a script that the server has.', run: runSha },
    { name: 'evalsha_ro', ...reads, ...bySha, since: '7.0.0', summary: 'The same, if it only reads.', run: runSha },
  ],
};

/** `EVAL script numkeys [key …] [arg …]` */
function runSource(request: Request): Reply {
  showMonitors(request);
  const keys = numberOfKeys(request.args);
  return evalScript(request, request.server.scripts.load(request.args[1]!), keys);
}

/** `EVALSHA sha1 numkeys [key …] [arg …]` */
function runSha(request: Request): Reply {
  showMonitors(request);
  const script = request.server.scripts.expect(request.args[1]!);
  return evalScript(request, script, numberOfKeys(request.args));
}

/** Monitors are shown a script before the commands that it calls. */
export function showMonitors({ server: { monitors }, client, args }: Request): void {
  if (monitors.size > 0 && client.socket !== undefined) monitors.feed(client, args);
}

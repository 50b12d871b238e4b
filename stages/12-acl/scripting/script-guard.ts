import { NO_REPLY, type Reply } from '#shared/resp/reply.ts';
import { checkGoodReplicas, checkPrimaryLink, checkReadOnly } from '../replication/guards.ts';
import { checkDisk, checkMemory } from '../router/guards.ts';
import { Request } from '../router/request.ts';
import { busyError } from './kill.ts';

/** While a script takes long, others may do little more than end it. */
export function checkBusy({ server: { running }, command }: Request): Reply | undefined {
  return running.run === undefined || command.flags.has('allow_busy') ? undefined : busyError(running.run);
}

/** What the primary sends waits for the script's end (Redis: `processInputBuffer`). */
export function postponePrimary({ server: { running }, client }: Request): Reply | undefined {
  if (running.run === undefined) return undefined;
  client.postponed = true;
  return NO_REPLY;
}

/** A script that says what it does is judged by that, before it begins (Redis: `scriptFlagsToCmdFlags`). */
export function checkScript(request: Request): Reply | undefined {
  const { server, client, command, args } = request;
  const own = command.row.scriptFlags?.(request);
  if (own === undefined) return undefined;
  const asked = new Request(server, client, { ...command, flags: commandFlags(own) }, args);
  return checkMemory(asked) ?? checkDisk(asked) ?? checkGoodReplicas(asked) ?? checkReadOnly(asked) ?? checkPrimaryLink(asked);
}

/** Redis's words for commands, in place of those for scripts. */
function commandFlags(own: ReadonlySet<string>): ReadonlySet<string> {
  const flags = new Set<string>();
  if (!own.has('no-writes')) flags.add('write');
  if (!own.has('no-writes') && !own.has('allow-oom')) flags.add('denyoom');
  if (own.has('allow-stale')) flags.add('stale');
  return flags;
}

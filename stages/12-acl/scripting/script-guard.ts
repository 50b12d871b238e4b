import { NO_REPLY, type Reply } from '#shared/resp/reply.ts';
import type { Request } from '../router/request.ts';
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

/**
 * A script that says what it does is judged by that, before it begins (Redis: `getCommandFlags`, `scriptFlagsToCmdFlags`).
 * To be called when its client's permissions have been looked at: they know commands by their objects.
 */
export function takeScriptFlags(request: Request): void {
  if (request.command.scriptFlags !== undefined) judgeByScript(request);
}

function judgeByScript(request: Request): void {
  const { command } = request;
  const own = command.scriptFlags!(request);
  if (own === undefined) return;
  const flags = new Set(command.flags);
  for (const flag of ['write', 'may_replicate', 'denyoom', 'stale']) flags.delete(flag);
  if (!own.has('no-writes')) flags.add('write');
  if (!own.has('no-writes') && !own.has('allow-oom')) flags.add('denyoom');
  if (own.has('allow-stale')) flags.add('stale');
  request.command = { ...command, flags };
}

import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { checkRequest, type Denial } from '../acl/check.ts';
import { checkGoodReplicas, checkReadOnly } from '../replication/guards.ts';
import { noteDenial } from '../router/authorize.ts';
import type { Command } from '../router/command.ts';
import { call } from '../router/execute.ts';
import { checkDisk } from '../router/guards.ts';
import { PROPAGATE_BOTH } from '../router/propagate.ts';
import { Request } from '../router/request.ts';
import { checkLimits } from './busy.ts';
import { factsOf, type CommandFacts } from './command-facts.ts';
import type { ScriptRun } from './script-run.ts';

/** So many calls are between two looks at the time. */
const CALLS_PER_CHECK = 64;

/**
 * `redis.call`: runs a command as usual, after the checks that apply to scripts alone (Redis: `scriptCall`).
 * @returns its reply; an error is counted
 */
export function callFromScript(run: ScriptRun, args: readonly string[]): Reply {
  const { server } = run;
  // Commands take longer than steps of Lua.
  if (++run.calls % CALLS_PER_CHECK === 0) checkLimits(server.running, false);
  const command = server.commands.find(args);
  const request = command && new Request(server, run.client, command, args);
  const refused = request === undefined ? new ReplyError('ERR Unknown Redis command called from script') : refuse(run, request);
  if (refused !== undefined) {
    if (command !== undefined) command.stats.rejected++;
    return counted(run, refused);
  }
  noteEffect(run, factsOf(command!));
  const reply = runCommand(run, request!);
  return reply instanceof ReplyError ? counted(run, reply) : reply;
}

function noteEffect(run: ScriptRun, { reads, writes, replicates }: CommandFacts): void {
  if (reads) run.hasRead = true;
  else if (writes) run.hasWritten = run.hasActed = true;
  else if (replicates) run.hasActed = true;
}

/** While a log is replayed, nothing is propagated, and monitors see nothing. */
function runCommand(run: ScriptRun, request: Request): Reply {
  const { server } = run;
  if (server.loading !== undefined) return runQuietly(request);
  const { propagation, monitors } = server;
  propagation.commandsTo = run.replication;
  const reply = call(request);
  propagation.commandsTo = PROPAGATE_BOTH;
  if (monitors.size > 0 && factsOf(request.command).isShownToMonitors) monitors.feed(run.client, request.args, 'lua');
  return reply;
}

function runQuietly(request: Request): Reply {
  try {
    return request.command.run!(request);
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
}

/** In the order of Redis. */
function refuse(run: ScriptRun, request: Request): ReplyError | undefined {
  const { command, args } = request;
  const facts = factsOf(command);
  if (hasWrongArity(command, args)) return new ReplyError('ERR Wrong number of args calling Redis command from script');
  if (!facts.isForScripts) return new ReplyError('ERR This Redis command is not allowed from script');
  if (facts.mayWait && asksToWait(args)) return new ReplyError(`ERR ${args[0]} command is not allowed with BLOCK option from scripts`);
  return refuseStale(request) ?? refuseForbidden(run, request) ?? refuseWrite(run, request, facts) ?? refuseLarge(run, facts);
}

function hasWrongArity({ arity, run }: Command, args: readonly string[]): boolean {
  return run === undefined || (arity > 0 ? args.length !== arity : args.length < -arity);
}

/** XREAD and XREADGROUP wait only if they are given BLOCK. */
function asksToWait(args: readonly string[]): boolean {
  const words = args.map((word) => word.toUpperCase());
  return words.slice(1, words.indexOf('STREAMS', 1)).includes('BLOCK');
}

/** Redis: `scriptVerifyAllowStale`. */
function refuseStale({ server: { replication, options }, command }: Request): ReplyError | undefined {
  const { link } = replication;
  if (link === undefined || link.state === 'connected' || options['replica-serve-stale-data']) return undefined;
  return command.flags.has('stale') ? undefined : new ReplyError('ERR Can not execute the command on a stale replica');
}

/** Redis: `scriptVerifyACL`. */
function refuseForbidden({ server, caller }: ScriptRun, { command, args }: Request): ReplyError | undefined {
  if (caller.user === undefined) return undefined;
  const denied = checkRequest(caller.user, command, args);
  if (denied === undefined) return undefined;
  noteDenial(server, caller, denied.reason, denied.object, 'lua');
  return new ReplyError(`ERR The user executing the script ${DENIALS[denied.reason]}`);
}

const DENIALS: Record<Denial['reason'], string> = {
  command: "can't run this command or subcommand",
  key: "can't access at least one of the keys mentioned in the command arguments",
  channel: "can't publish to the channel mentioned in the command",
};

/** Redis: `scriptVerifyWriteCommandAllow`. A script that has written goes on to its end. */
function refuseWrite(run: ScriptRun, request: Request, { writes, replicates }: CommandFacts): ReplyError | undefined {
  if (run.readOnly && (writes || replicates)) {
    return new ReplyError('ERR Write commands are not allowed from read-only scripts.');
  }
  if (!writes || run.hasWritten || run.caller.mustObey) return undefined;
  return (checkReadOnly(request) ?? checkDisk(request) ?? checkGoodReplicas(request)) as ReplyError | undefined;
}

/** Redis: `scriptVerifyOOM`. */
function refuseLarge(run: ScriptRun, { needsMemory }: CommandFacts): ReplyError | undefined {
  if (!run.outOfMemory || run.hasWritten || !needsMemory) return undefined;
  return new ReplyError("OOM command not allowed when used memory > 'maxmemory'.");
}

/** The script may keep it to itself: INFO counts it here. */
function counted({ server }: ScriptRun, error: ReplyError): ReplyError {
  server.clients.errors.count(error.message);
  return error;
}

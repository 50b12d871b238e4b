import { formatNumber } from '#shared/lua/number.ts';
import type { LuaState } from '#shared/lua/state.ts';
import { LuaError, LuaTable, type LuaFunction, type LuaValue } from '#shared/lua/value.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { Request } from '../router/request.ts';
import { ScriptRun, type ScriptFacts } from './script-run.ts';
import { tableOf } from './to-lua.ts';
import { errorOf, toReply } from './to-reply.ts';

/** A function of Lua, and what it is given. */
export interface Invocation {
  readonly body: LuaFunction;
  readonly args: readonly LuaValue[];
}

/**
 * Runs a script or function for a request: what its commands do goes out as one unit, as effects (Redis:
 * `scriptPrepareForRun`, `luaCallFunction`, `scriptResetRun`). `prepare` is called when it is about to begin.
 */
export function runScript(request: Request, facts: ScriptFacts, state: LuaState, prepare: () => Invocation): Reply {
  if (facts.readOnly && facts.flags !== undefined && !facts.flags.has('no-writes')) {
    throw new ReplyError('ERR Can not execute a script with write flag using *_ro command.');
  }
  const { server } = request;
  const run = new ScriptRun(request, facts);
  request.propagateAs(); // what it calls speaks for itself
  const began = server.clock.beginOuter();
  begin(run);
  try {
    const { body, args } = prepare();
    return replyOf(run, () => state.run(body, args)[0]);
  } finally {
    end(run);
    server.clock.endOuter(request.command.stats, request, began);
  }
}

function begin(run: ScriptRun): void {
  const { server } = run;
  server.running.run = run;
  server.keyspace.fixedTime = run.time;
}

function end(run: ScriptRun): void {
  const { server, caller } = run;
  server.running.run = undefined;
  server.keyspace.fixedTime = undefined;
  if (run.hasRead && caller.tracking !== undefined) rememberKeys(run);
}

/** What a script has read counts as read by its keys, whatever the command is called (Redis: `call`). */
function rememberKeys({ server, caller, request: { command, args } }: ScriptRun): void {
  server.tracking.end(new Request(server, caller, { ...command, flags: new Set(['readonly']) }, args));
}

/** Runs it to its end; what it returns, or what went wrong, becomes the reply. */
function replyOf(run: ScriptRun, body: () => LuaValue): Reply {
  const errors: ReplyError[] = [];
  let reply: Reply;
  try {
    reply = toReply(body(), { protocol: run.client.replies.protocol, errors });
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    reply = errorReply(run, error);
    errors.push(reply);
  }
  run.request.command.stats.failed += failures(errors);
  return reply;
}

/** Errors of the script's own are one failure; each one of a command that it passes on is another. */
function failures(errors: readonly ReplyError[]): number {
  const passedOn = errors.filter(({ counted }) => counted).length;
  return passedOn + (passedOn < errors.length ? 1 : 0);
}

/** `CODE text script: <name>, on @user_script:3.` */
function errorReply({ facts }: ScriptRun, { value, site }: LuaError): ReplyError {
  const found = errorOf(asTable(value));
  const where = site === undefined ? '=[C]:-1' : `@${site.chunk}:${site.line}`;
  const error = new ReplyError(`${found?.message ?? 'ERR unknown error'} script: ${facts.name}, on ${where}.`);
  error.counted = found?.counted === true;
  return error;
}

/** An error as `redis.call` raises it (Redis: the error handler of `scriptingInit`). */
export function asTable(error: LuaValue): LuaTable {
  return error instanceof LuaTable ? error : tableOf('err', `ERR ${textOf(error)}`);
}

function textOf(value: LuaValue): string {
  if (typeof value === 'number') return formatNumber(value);
  if (value === undefined) return 'nil';
  return typeof value === 'object' ? value.type : String(value);
}

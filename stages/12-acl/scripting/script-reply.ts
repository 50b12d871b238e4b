import { formatNumber } from '#shared/lua/number.ts';
import type { Site } from '#shared/lua/site.ts';
import { LuaError, LuaTable, type LuaValue } from '#shared/lua/value.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { ScriptKilled } from './busy.ts';
import type { ScriptRun } from './script-run.ts';
import { tableOf } from './to-lua.ts';
import { errorOf, toReply } from './to-reply.ts';

/**
 * The reply to a script or function: what it returns, or what went wrong. Counts failures of its request.
 * @param body runs it; undefined: it has paused, and there is no reply yet
 * @throws what is no error of the script
 */
export function replyOf(run: ScriptRun, body: () => readonly LuaValue[] | undefined): Reply | undefined {
  const errors: ReplyError[] = [];
  let reply: Reply;
  try {
    const results = body();
    if (results === undefined) return undefined;
    reply = toReply(results[0], { protocol: run.client.replies.protocol, errors });
  } catch (error) {
    reply = errorReply(run, error);
    errors.push(reply);
  }
  run.request.command.stats.failed += failures(errors);
  return reply;
}

/** An error as `redis.call` raises it (Redis: the error handler of `scriptingInit`). */
export function asTable(error: LuaValue): LuaTable {
  return error instanceof LuaTable ? error : tableOf('err', `ERR ${textOf(error)}`);
}

/** Errors of the script's own are one failure; each one of a command that it passes on is another. */
function failures(errors: readonly ReplyError[]): number {
  const passedOn = errors.filter(({ counted }) => counted).length;
  return passedOn + (passedOn < errors.length ? 1 : 0);
}

function errorReply(run: ScriptRun, error: unknown): ReplyError {
  if (error instanceof ScriptKilled) return new ReplyError(`ERR ${error.message}${place(run, error.site)}`);
  if (!(error instanceof LuaError)) throw error;
  const found = errorOf(asTable(error.value));
  const reply = new ReplyError(`${found?.message ?? 'ERR unknown error'}${place(run, error.site)}`);
  reply.counted = found?.counted === true;
  return reply;
}

/** ` script: <name>, on @user_script:3.` */
function place({ facts }: ScriptRun, site: Site | undefined): string {
  return ` script: ${facts.name}, on ${site === undefined ? '=[C]:-1' : `@${site.chunk}:${site.line}`}.`;
}

function textOf(value: LuaValue): string {
  if (typeof value === 'number') return formatNumber(value);
  if (value === undefined) return 'nil';
  return typeof value === 'object' ? value.type : String(value);
}

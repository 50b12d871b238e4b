import type { LuaState } from '#shared/lua/state.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { checkPrimaryLink } from '../replication/guards.ts';
import { Request } from '../router/request.ts';
import { BeginAnew } from './busy.ts';
import { runPausing } from './run-pausing.ts';
import { replyOf } from './script-reply.ts';
import { ScriptRun, type Prepare, type ScriptFacts } from './script-run.ts';

/**
 * Runs a script or function for a request: what its commands do goes out as one unit, as effects (Redis:
 * `scriptPrepareForRun`, `luaCallFunction`, `scriptResetRun`). `prepare` is called when it is about to begin.
 */
export function runScript(request: Request, facts: ScriptFacts, state: LuaState, prepare: Prepare): Reply {
  if (facts.readOnly && facts.flags !== undefined && !facts.flags.has('no-writes')) {
    throw new ReplyError('ERR Can not execute a script with write flag using *_ro command.');
  }
  const { server, command } = request;
  if (facts.flags === undefined && server.replication.link !== undefined) refuseStale(request);
  const run = new ScriptRun(request, facts, state);
  const began = server.clock.beginOuter();
  begin(run);
  try {
    const { body, args } = prepare();
    const reply = replyOf(run, () => state.run(body, args))!;
    end(run);
    return reply;
  } catch (error) {
    if (error instanceof BeginAnew) return runPausing(run, prepare, () => end(run));
    end(run);
    throw error;
  } finally {
    server.clock.endOuter(command.stats, request, began);
  }
}

/** A script that says nothing of itself does not run on a replica whose data may be old (Redis: `scriptPrepareForRun`). */
function refuseStale({ server, client, command, args }: Request): void {
  const refused = checkPrimaryLink(new Request(server, client, { ...command, flags: new Set() }, args));
  if (refused instanceof ReplyError && !client.mustObey) throw refused;
}

function begin(run: ScriptRun): void {
  const { server } = run;
  server.running.run = run;
  server.keyspace.fixedTime = run.time;
}

function end(run: ScriptRun): void {
  const { server, caller } = run;
  server.running.run = undefined;
  server.keyspace.fixedTime = run.outerTime;
  if (run.hasRead && caller.tracking !== undefined) rememberKeys(run);
}

/** What a script has read counts as read by its keys, whatever the command is called (Redis: `call`). */
function rememberKeys({ server, caller, request: { command, args } }: ScriptRun): void {
  server.tracking.end(new Request(server, caller, { ...command, flags: new Set(['readonly']), scriptFlags: undefined }, args));
}

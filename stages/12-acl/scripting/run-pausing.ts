import { log } from '#shared/log.ts';
import { NO_REPLY, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Server } from '../server.ts';
import { replyOf } from './script-reply.ts';
import type { Prepare, ScriptRun } from './script-run.ts';

/** How long a script that takes long runs between two looks at what others want; ms. */
const SLICE_MS = 5;

/**
 * Runs a script from its beginning in the form that can pause. Between two slices others are served: with `-BUSY`, but for
 * what ends the script. Nothing changes meanwhile: no key expires, no snapshot begins, no waiting client is served, and
 * what the script does goes out when it is done. `end` is called then.
 */
export function runPausing(run: ScriptRun, prepare: Prepare, end: () => void): typeof NO_REPLY {
  const { server, caller, state } = run;
  const began = performance.now();
  let isWaiting = true;
  run.beginAnew();
  const { body, args } = prepare();
  const steps = state.begin(body, args);
  server.propagation.begin();
  server.blockedClients.block(caller, { timeout: 0, timedOut: () => null, ended: () => (isWaiting = false) });
  standStill(server, true);
  const finish = (reply: Reply): void => {
    end();
    const { units } = server.propagation;
    server.propagation.end(run.request, false);
    if (server.propagation.units !== units) caller.wrote(server.replication.offset, server.aof.file.fedUpTo);
    const ms = performance.now() - began;
    run.request.command.stats.ms += ms;
    server.clock.onTimed?.(run.request, ms);
    if (isWaiting) server.blockedClients.unblock(caller, reply);
    server.keyWaits.serve();
    server.replication.link?.stream?.scriptEnded();
    server.scheduleBeforeSleep();
    server.running.afterwards?.();
    server.running.afterwards = undefined;
  };
  const slice = (): void => {
    standStill(server, false);
    run.sliceEnd = performance.now() + SLICE_MS;
    const reply = advance(run, () => steps.advance());
    server.clock.stop();
    if (reply !== undefined) return finish(reply);
    standStill(server, true);
    setImmediate(slice);
  };
  setImmediate(slice);
  return NO_REPLY;
}

function advance(run: ScriptRun, body: Parameters<typeof replyOf>[1]): Reply | undefined {
  try {
    return replyOf(run, body);
  } catch (error) {
    log.warning(`Bug while running a script: ${(error as Error).stack}`);
    return new ReplyError("ERR internal error in a script, see the server's log");
  }
}

/** Between two slices the data are as the script has left them. */
function standStill(server: Server, still: boolean): void {
  server.keyspace.halfChanged = still;
  server.keyWaits.suspended = still;
  if (still) server.keyspace.removesExpired = false;
  else server.pauseChanged();
}

import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Server } from '../server.ts';
import type { ScriptRun } from './script-run.ts';

/** SCRIPT KILL, FUNCTION KILL: the script ends at its next step (Redis: `scriptKill`). @throws ReplyError when it may not */
export function killScript({ running: { run } }: Server, isFunction: boolean): Reply {
  if (run === undefined) throw new ReplyError('NOTBUSY No scripts in execution right now.');
  if (run.hasWritten) throw new ReplyError(UNKILLABLE);
  if (run.facts.isFunction !== isFunction) throw busyError(run);
  run.killed = true;
  return OK;
}

/** The reply to all other clients while the script runs. */
export function busyError({ facts }: ScriptRun): ReplyError {
  const kill = facts.isFunction ? 'FUNCTION KILL' : 'SCRIPT KILL';
  return new ReplyError(`BUSY Redis is busy running a script. You can only call ${kill} or SHUTDOWN NOSAVE.`);
}

const UNKILLABLE =
  'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script ' +
  'termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.';

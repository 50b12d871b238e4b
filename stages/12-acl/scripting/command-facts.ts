import type { Command } from '../router/command.ts';

/** The facts about a command that a call from a script needs, put together once. */
export interface CommandFacts {
  readonly isForScripts: boolean;
  /** It may block, if the script gives it BLOCK: XREAD. */
  readonly mayWait: boolean;
  readonly reads: boolean;
  readonly writes: boolean;
  /** It writes nothing, and replicas get it all the same: PUBLISH. */
  readonly replicates: boolean;
  readonly needsMemory: boolean;
  readonly isShownToMonitors: boolean;
}

const known = new Map<Command, CommandFacts>();
// A call mostly has the same command as the call before it.
let lastCommand: Command | undefined;
let lastFacts: CommandFacts | undefined;

export function factsOf(command: Command): CommandFacts {
  if (command === lastCommand) return lastFacts!;
  let facts = known.get(command);
  if (facts === undefined) known.set(command, (facts = readFlags(command)));
  lastCommand = command;
  lastFacts = facts;
  return facts;
}

function readFlags({ flags }: Command): CommandFacts {
  return {
    isForScripts: !flags.has('noscript'),
    mayWait: flags.has('blocking'),
    reads: flags.has('readonly'),
    writes: flags.has('write'),
    replicates: flags.has('may_replicate'),
    needsMemory: flags.has('denyoom'),
    isShownToMonitors: !flags.has('admin') && !flags.has('skip_monitor'),
  };
}

import { ReplyError } from '#shared/resp/reply.ts';
import type { Rng } from '../harness/rng.ts';
import { ask } from './connection.ts';

/** The first stage that runs scripts. */
export const SCRIPTS_SINCE = '12';

/** Runs the commands that ARGV holds, each after the number of its words, and returns their replies. */
const RUN_ALL = `local at, replies = 1, {}
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  replies[#replies + 1] = redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return replies`;

/** The same as a function, which the server has to keep too. */
const LIBRARY = `#!lua name=crash
redis.register_function('run_all', function(KEYS, ARGV)
${RUN_ALL}
end)`;

/** One request that runs several commands as a unit. Its reply is the array of theirs. */
export function scripted(keys: readonly string[], commands: readonly (readonly string[])[], rng: Rng): string[] {
  const words = commands.flatMap((command) => [String(command.length), ...command]);
  const run = rng.chance(0.5) ? ['EVAL', RUN_ALL] : ['FCALL', 'run_all'];
  return [...run, String(keys.length), ...keys, ...words];
}

/** Loads the library, unless the server has it. @returns whether it had it @throws Error when it cannot be loaded */
export async function loadLibrary(port: number): Promise<boolean> {
  const [reply] = await ask(port, [['FUNCTION', 'LOAD', LIBRARY]]);
  if (!(reply instanceof ReplyError)) return false;
  if (reply.message !== "ERR Library 'crash' already exists") throw new Error(`FUNCTION LOAD: ${reply.message}`);
  return true;
}

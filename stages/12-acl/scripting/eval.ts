import type { Reply } from '#shared/resp/reply.ts';
import type { Request } from '../router/request.ts';
import { readShebang, type ScriptFlag } from './script-flags.ts';
import { runScript } from './run-script.ts';
import type { Script } from './scripts.ts';

/** Runs a script with the keys and arguments of a request: the first `keys` words after the third are its keys. */
export function evalScript(request: Request, script: Script, keys: number): Reply {
  const { server, args, command } = request;
  const facts = { name: script.sha, flags: script.flags, readOnly: command.flags.has('readonly'), isFunction: false };
  return runScript(request, facts, server.evalEngine.state, () => {
    server.evalEngine.setArguments(args.slice(3, 3 + keys), args.slice(3 + keys));
    return { body: script.body, args: [] };
  });
}

/** What a script says of itself before it runs. */
export function flagsOfSource({ args }: Request): ReadonlySet<ScriptFlag> | undefined {
  const source = args[1]!;
  if (!source.startsWith('#!')) return undefined;
  try {
    return readShebang(source).flags;
  } catch {
    return undefined; // it is refused when it is run
  }
}

export function flagsOfSha({ server, args }: Request): ReadonlySet<ScriptFlag> | undefined {
  return server.scripts.find(args[1]!)?.flags;
}

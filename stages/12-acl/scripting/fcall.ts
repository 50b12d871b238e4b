import { LuaTable } from '#shared/lua/value.ts';
import type { Reply } from '#shared/resp/reply.ts';
import type { Request } from '../router/request.ts';
import type { ScriptFunction } from './library.ts';
import { runScript } from './run-script.ts';
import type { ScriptFlag } from './script-flags.ts';

/** Runs a function: the first `keys` words after the third are its keys. It gets these and the rest as two tables. */
export function callFunction(request: Request, { name, flags, callback }: ScriptFunction, keys: number): Reply {
  const { server, args, command } = request;
  const facts = { name, flags, readOnly: command.flags.has('readonly'), isFunction: true };
  return runScript(request, facts, server.functions.engine.state, () => {
    return { body: callback, args: [new LuaTable(args.slice(3, 3 + keys)), new LuaTable(args.slice(3 + keys))] };
  });
}

/** What a function has said of itself when it was registered. */
export function flagsOfFunction({ server, args }: Request): ReadonlySet<ScriptFlag> | undefined {
  return server.functions.libraries.find(args[1]!)?.flags;
}

import type { LuaState } from '#shared/lua/state.ts';
import type { LuaFunction, LuaValue } from '#shared/lua/value.ts';
import { Client } from '../clients/client.ts';
import { Transaction } from '../clients/transaction.ts';
import { PROPAGATE_BOTH } from '../router/propagate.ts';
import type { Request } from '../router/request.ts';
import type { Server } from '../server.ts';
import type { ScriptFlag } from './script-flags.ts';

/** What is to be run, and how it is to be judged. */
export interface ScriptFacts {
  /** The SHA-1 of a script, the name of a function: errors show it. */
  readonly name: string;
  /** Undefined: a script without a first line of flags. */
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  /** EVAL_RO, EVALSHA_RO, FCALL_RO. */
  readonly readOnly: boolean;
  readonly isFunction: boolean;
}

/** Makes a script ready: its arguments, and the function of Lua that is to be called with `args`. */
export type Prepare = () => { readonly body: LuaFunction; readonly args: readonly LuaValue[] };

/** One execution of a script or function (Redis: `scriptRunCtx`). */
export class ScriptRun {
  readonly server: Server;
  readonly facts: ScriptFacts;
  /** The world of Lua that it runs in. */
  readonly state: LuaState;
  /** The request that runs it: EVAL, FCALL. */
  readonly request: Request;
  /** Sends the script's commands. It has no connection, and the database that the script selects is its own. */
  readonly client: Client;
  /** No command may write (SCRIPT_READ_ONLY). */
  readonly readOnly: boolean;
  /** Memory was full when it began, and it has not said that it can cope. */
  readonly outOfMemory: boolean;
  /** When it began: ms since 1970. */
  readonly time = Date.now();
  /** The fixed time of the transaction that the script is part of. */
  readonly outerTime: number | undefined;
  /** The same by a clock that never jumps. */
  readonly startedAt = performance.now();
  /** Where its effects go: `redis.set_repl`. */
  replication = PROPAGATE_BOTH;
  /** It has called a command that writes (SCRIPT_WRITE_DIRTY). */
  hasWritten = false;
  /** It has called a command that reads. */
  hasRead = false;
  /** Other clients may have noticed the script: it has written, or published. So it cannot be run again. */
  hasActed = false;
  /** SCRIPT KILL, FUNCTION KILL. */
  killed = false;
  /** How many commands it has called. */
  calls = 0;
  /** It has taken so long that the log says so. */
  slow = false;
  /** Until when it may run before it looks at what others want; undefined: it cannot pause. ms, performance.now. */
  sliceEnd: number | undefined;

  constructor(request: Request, facts: ScriptFacts, state: LuaState) {
    const { server, client } = request;
    this.request = request;
    this.server = server;
    this.outerTime = server.keyspace.fixedTime;
    this.facts = facts;
    this.state = state;
    this.client = server.running.client ??= createClient();
    this.borrow();
    this.readOnly = facts.readOnly || facts.flags?.has('no-writes') === true;
    this.outOfMemory = !client.mustObey && !facts.flags?.has('allow-oom') && server.eviction.perform() === 'fail';
  }

  /** The script will be run again from its beginning: no client can have noticed the first run. */
  beginAnew(): void {
    this.hasRead = false;
    this.replication = PROPAGATE_BOTH;
    this.borrow();
  }

  /** What it may do is what its caller may do. */
  private borrow(): void {
    const { client, caller } = this;
    client.db = caller.db;
    client.user = caller.user;
    client.authenticated = caller.authenticated;
    client.mustObey = caller.mustObey;
    client.noTouch = caller.noTouch;
    client.replies.protocol = 2;
  }

  /** The client that sent the request. */
  get caller(): Client {
    return this.request.client;
  }
}

/** A client whose blocking commands never wait, as inside EXEC (CLIENT_DENY_BLOCKING). */
function createClient(): Client {
  const client = new Client(0);
  client.transaction = new Transaction();
  client.transaction.executing = true;
  return client;
}

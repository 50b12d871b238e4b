import type { LuaState } from '#shared/lua/state.ts';
import { LuaError, LuaTable } from '#shared/lua/value.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { LoadTimeout } from './busy.ts';
import { createState } from './create-state.ts';
import type { ScriptFunction } from './library.ts';
import { protectTables, refuseUnknown } from './protect.ts';
import { addFunctions, addLogAndVersion, functionTable, type Running } from './redis-table.ts';
import { registerFunction } from './register-function.ts';
import { errorOf } from './to-reply.ts';

/** How long a library may take to register its functions; ms. */
const LOAD_MS = 500;

/**
 * The world in which functions run. Their globals are a table without fields, whose metatable leads to one of two others:
 * to all of Lua while functions run, and to `redis.register_function` and little else while a library is loaded (Redis:
 * `luaEngineInitEngine`).
 */
export class FunctionEngine {
  readonly state: LuaState;
  private readonly running: Running;
  private readonly globals = new LuaTable();
  private readonly lookup = new LuaTable();
  private readonly whileRunning: LuaTable;
  private readonly whileLoading: LuaTable;
  /** The functions of the library that is being loaded. */
  private registered: Map<string, ScriptFunction> | undefined;

  constructor(running: Running) {
    this.running = running;
    this.state = createState(running);
    this.whileRunning = this.state.globals;
    this.whileRunning.set('redis', functionTable(running));
    this.whileRunning.metatable = refuseUnknown();
    this.whileLoading = this.createLoadTable();
    protectTables(this.whileRunning);
    protectTables(this.whileLoading);
    this.globals.metatable = this.lookup;
    this.globals.readonly = true;
    this.leadTo(this.whileRunning);
  }

  /** Runs the code of a library. @returns the functions that it has registered. @throws ReplyError */
  load(code: string, limited: boolean): ReadonlyMap<string, ScriptFunction> {
    const functions = new Map<string, ScriptFunction>();
    this.leadTo(this.whileLoading);
    this.registered = functions;
    this.running.loadUntil = limited ? performance.now() + LOAD_MS : Infinity;
    try {
      const body = this.compile(code);
      this.state.run(body, []);
      return functions;
    } catch (error) {
      if (error instanceof LoadTimeout) throw new ReplyError(`ERR Error registering functions: ERR ${error.message}`);
      if (!(error instanceof LuaError)) throw error;
      throw new ReplyError(`ERR Error registering functions: ${messageOf(error)}`);
    } finally {
      this.running.loadUntil = undefined;
      this.registered = undefined;
      this.leadTo(this.whileRunning);
    }
  }

  private compile(code: string) {
    try {
      return this.state.load(code, '@user_function', this.globals);
    } catch (error) {
      if (error instanceof LuaError) throw new ReplyError(`ERR Error compiling function: ${String(error.value)}`);
      throw error;
    }
  }

  private createLoadTable(): LuaTable {
    const redis = new LuaTable();
    addFunctions(redis, { register_function: (args) => (registerFunction(this.registered, args), []) });
    addLogAndVersion(redis);
    redis.metatable = refuseUnknown();
    const globals = new LuaTable();
    globals.set('redis', redis);
    globals.metatable = refuseUnknown();
    return globals;
  }

  private leadTo(globals: LuaTable): void {
    this.lookup.readonly = false;
    this.lookup.set('__index', globals);
    this.lookup.readonly = true;
  }
}

function messageOf({ value }: LuaError): string {
  if (value instanceof LuaTable) return errorOf(value)?.message ?? 'ERR unknown error';
  return `ERR ${String(value)}`;
}

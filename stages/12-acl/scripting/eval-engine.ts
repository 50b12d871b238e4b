import { LuaState } from '#shared/lua/state.ts';
import { LuaError, LuaFunction, LuaTable } from '#shared/lua/value.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { createState } from './create-state.ts';
import { protectTables, refuseUnknown } from './protect.ts';
import { asTable } from './script-reply.ts';
import { evalTable, type Running } from './redis-table.ts';

/** The world in which the scripts of EVAL run: all of them share it (Redis: `scriptingInit`). */
export class EvalEngine {
  state: LuaState;
  private readonly running: Running;

  constructor(running: Running) {
    this.running = running;
    this.state = this.create();
  }

  /** Compiles a script. @throws ReplyError with Lua's text about what is wrong */
  compile(code: string): LuaFunction {
    try {
      return this.state.load(code, '@user_script');
    } catch (error) {
      if (error instanceof LuaError) throw new ReplyError(`ERR Error compiling script (new function): ${String(error.value)}`);
      throw error;
    }
  }

  /** KEYS and ARGV are the only globals that change. */
  setArguments(keys: string[], args: string[]): void {
    const { globals } = this.state;
    globals.readonly = false;
    globals.set('KEYS', new LuaTable(keys));
    globals.set('ARGV', new LuaTable(args));
    globals.readonly = true;
  }

  /** Replaces the Lua state: changes that scripts made to the tables of the libraries are gone. */
  reset(): void {
    this.state = this.create();
  }

  private create(): LuaState {
    const state = createState(this.running);
    const { globals } = state;
    globals.set('redis', evalTable(this.running));
    globals.set('__redis__err__handler', new LuaFunction('__redis__err__handler', ([error]) => [asTable(error)]));
    globals.metatable = refuseUnknown();
    protectTables(globals);
    return state;
  }
}

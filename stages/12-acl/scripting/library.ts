import type { LuaFunction } from '#shared/lua/value.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { ScriptFlag } from './script-flags.ts';

/** A function that FCALL runs (Redis: `functionInfo`). */
export interface ScriptFunction {
  readonly name: string;
  readonly description: string | undefined;
  readonly flags: ReadonlySet<ScriptFlag>;
  readonly callback: LuaFunction;
}

/** Functions that were loaded together (Redis: `functionLibInfo`). */
export interface Library {
  readonly name: string;
  /** As FUNCTION LOAD got it, with its first line. */
  readonly source: string;
  readonly functions: ReadonlyMap<string, ScriptFunction>;
}

/** Libraries, and their functions by name, whatever the case of its letters (Redis: `functionsLibCtx`). */
export class Libraries {
  readonly byName = new Map<string, Library>();
  private readonly functions = new Map<string, ScriptFunction>();

  find(name: string): ScriptFunction | undefined {
    return this.functions.get(name.toLowerCase());
  }

  get functionCount(): number {
    return this.functions.size;
  }

  /** Adds a library, in place of the one of its name. @throws ReplyError when one of its functions is another's */
  add(library: Library): void {
    const before = this.byName.get(library.name);
    if (before !== undefined) this.remove(before);
    for (const name of library.functions.keys()) {
      if (this.find(name) === undefined) continue;
      if (before !== undefined) this.link(before);
      throw new ReplyError(`ERR Function ${name} already exists`);
    }
    this.link(library);
  }

  remove({ name, functions }: Library): void {
    this.byName.delete(name);
    for (const each of functions.keys()) this.functions.delete(each.toLowerCase());
  }

  clear(): void {
    this.byName.clear();
    this.functions.clear();
  }

  /**
   * Adds all of another's, or none (Redis: `libraryJoin`). `replace`: libraries of the same name make room.
   * @throws ReplyError when a name is taken
   */
  join(other: Libraries, replace: boolean): void {
    const replaced: Library[] = [];
    try {
      for (const name of other.byName.keys()) {
        const before = this.byName.get(name);
        if (before === undefined) continue;
        if (!replace) throw new ReplyError(`ERR Library ${name} already exists`);
        replaced.push(before);
        this.remove(before);
      }
      for (const { functions } of other.byName.values()) {
        for (const name of functions.keys()) if (this.find(name)) throw new ReplyError(`ERR Function ${name} already exists`);
      }
    } catch (error) {
      for (const before of replaced) this.link(before);
      throw error;
    }
    for (const library of other.byName.values()) this.link(library);
  }

  private link(library: Library): void {
    this.byName.set(library.name, library);
    for (const each of library.functions.values()) this.functions.set(each.name.toLowerCase(), each);
  }
}

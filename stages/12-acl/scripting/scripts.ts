import type { LuaFunction } from '#shared/lua/value.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { EvalEngine } from './eval-engine.ts';
import { sha1 } from './redis-table.ts';
import { readShebang, type ScriptFlag } from './script-flags.ts';

/** A script that has been compiled. */
export interface Script {
  readonly sha: string;
  readonly source: string;
  readonly flags: ReadonlySet<ScriptFlag> | undefined;
  readonly body: LuaFunction;
}

/** What a script costs besides its source: its digest, entries in two maps, what is compiled. */
const SCRIPT_BYTES = 250;

/** Every script that EVAL and SCRIPT LOAD have been given, until SCRIPT FLUSH (Redis: `lctx.lua_scripts`). */
export class Scripts {
  /** About what they take; bytes. */
  bytes = 0;
  private readonly engine: EvalEngine;
  private readonly bySha = new Map<string, Script>();
  /** Most sources come again, and need no digest then. */
  private readonly bySource = new Map<string, Script>();

  constructor(engine: EvalEngine) {
    this.engine = engine;
  }

  get size(): number {
    return this.bySha.size;
  }

  /** By a digest in any case of letters. */
  find(sha: string): Script | undefined {
    return this.bySha.get(sha) ?? this.bySha.get(sha.toLowerCase());
  }

  /** @throws ReplyError NOSCRIPT */
  expect(sha: string): Script {
    const script = this.find(sha);
    if (script === undefined) throw new ReplyError('NOSCRIPT No matching script. Please use EVAL.');
    return script;
  }

  /** The script with this source, compiled if it is new (Redis: `luaCreateFunction`). @throws ReplyError */
  load(source: string): Script {
    return this.bySource.get(source) ?? this.add(source);
  }

  flush(): void {
    this.bySha.clear();
    this.bySource.clear();
    this.bytes = 0;
    this.engine.reset();
  }

  private add(source: string): Script {
    const { flags, code } = readShebang(source);
    const script = { sha: sha1(source), source, flags, body: this.engine.compile(code) };
    this.bySha.set(script.sha, script);
    this.bySource.set(source, script);
    this.bytes += source.length + SCRIPT_BYTES;
    return script;
  }
}

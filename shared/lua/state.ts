import { Chunk } from './chunk.ts';
import { LuaError } from './error.ts';
import { LuaCall, LuaFunction, type LuaSteps, type LuaValues } from './function.ts';
import { DEFAULT_LIMITS, type LuaLimits } from './limits.ts';
import { Operations } from './operations.ts';
import { Random } from './lib/random.ts';
import { parse } from './parser.ts';
import { LuaRun } from './run.ts';
import { LuaTable, LuaThread, typeOf, type LuaValue } from './value.ts';

/** So deep may native functions and metamethods call back into scripts (`LUAI_MAXCCALLS`). */
const MAX_NESTED = 200;
/** Room for the name of a chunk in an error of the script that runs (`LUA_IDSIZE`), and in one of syntax (`MAXSRC`). */
const NAME_SIZE = 60;
const SYNTAX_NAME_SIZE = 80;
/** Words of the JavaScript stack that a call back takes. */
const CALL_BACK_ROOM = 120;
/** Words that a run of pausable functions takes. */
const RUN_ROOM = 400;

/** Where a native function stands that catches errors: what the error has to put back. */
export interface Mark {
  thread: LuaThread;
  depth: number;
  boundaries: number;
  room: number;
  resumes: number;
}

/** A world of Lua: its globals, its limits, and what runs in it. It runs one thing at a time. */
export class LuaState extends Operations {
  readonly globals = new LuaTable();
  readonly limits: LuaLimits;
  readonly maxString: number;
  readonly maxDepth: number;
  /** The coroutine that runs, or the main thread. */
  thread = new LuaThread();
  /** How many coroutines have resumed one another. */
  resumes = 0;
  /** Whether what runs can pause: not below a native function that waits for it. */
  canPause = false;
  /** The numbers of `math.random`: a host seeds it before each script. */
  readonly random = new Random();
  private readonly addresses = new WeakMap<object, string>();
  private nextAddress = 0x55d0a0;

  constructor(limits: Partial<LuaLimits> = {}) {
    super();
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.maxString = this.limits.stringLength;
    this.maxDepth = this.limits.depth;
    this.room = this.limits.room;
    this.steps = this.limits.stepsPerCheck;
    this.thread.status = 'running';
  }

  /**
   * Compiles a script. The name follows Lua's rules: `@user_script` shows as `user_script`, anything else as
   * `[string "…"]`. Throws `LuaError` with the text of a syntax error.
   */
  load(source: string, chunkName: string, globals = this.globals): LuaFunction {
    const name = shownName(chunkName, SYNTAX_NAME_SIZE);
    try {
      return new Chunk(this, parse(source, name), shownName(chunkName, NAME_SIZE), globals).main;
    } catch (error) {
      // JavaScript's parser has a limit of its own
      if (error instanceof RangeError) throw new LuaError(`${name}:1: chunk has too many syntax levels`, 0);
      throw error;
    }
  }

  /** Calls a function from outside, to its end. Throws `LuaError` with its position, and what a limit's `check` throws. */
  run(callee: LuaFunction, args: LuaValues): LuaValues {
    const mark = this.mark();
    try {
      return callee.call(args);
    } catch (error) {
      throw this.caught(error, mark);
    }
  }

  /** Begins to call a function in the pausable form; `advance` of what it returns goes on. */
  begin(callee: LuaFunction, args: LuaValues): LuaRun {
    return new LuaRun(this, callee, args);
  }

  tick(isPausable: boolean): boolean {
    this.steps = this.limits.stepsPerCheck;
    if (!this.limits.hasMemory()) throw new LuaError('not enough memory', 0);
    const canPause = isPausable && this.canPause;
    return this.limits.check(canPause) && canPause;
  }

  // ─── what generated code and native functions use ───

  enterPlain(): void {
    if (this.room < 0) throw this.stackOverflow();
    if (this.steps < 0) this.tick(false);
  }

  enterPausable(): boolean {
    if (this.thread.depth > this.maxDepth) throw this.stackOverflow();
    return this.steps < 0 && this.tick(true);
  }

  /** Calls a function from a native one. */
  callBack(callee: LuaValue, args: LuaValues): LuaValues {
    return this.make(this.ask(callee, args, undefined));
  }

  make(call: LuaCall): LuaValues {
    const { thread } = this;
    this.enterBoundary(thread, call);
    this.room -= CALL_BACK_ROOM;
    if (this.room < 0) throw new LuaError('stack overflow', 0);
    const results = call.callee.call(call.args);
    this.room += CALL_BACK_ROOM;
    this.leaveBoundary(thread, call);
    return results;
  }

  /** What `coroutine.yield` cannot cross. A native function has a frame, which has no position. */
  enterBoundary(thread: LuaThread, { kind, site }: LuaCall): void {
    if (++thread.boundaries >= MAX_NESTED) throw this.failure('C stack overflow', site);
    if (kind === 'native' || site === undefined) thread.sites[++thread.depth] = undefined;
    else thread.at[thread.depth] = site.index;
  }

  leaveBoundary(thread: LuaThread, { kind, site }: LuaCall): void {
    thread.boundaries--;
    if (kind === 'native' || site === undefined) thread.depth--;
  }

  /** Runs pausable functions inside a native one, which waits for them. */
  nestedRun(run: () => LuaValues): LuaValues {
    this.room -= RUN_ROOM;
    if (this.room < 0 || this.resumes >= MAX_NESTED) throw new LuaError('C stack overflow', 0);
    const results = run();
    this.room += RUN_ROOM;
    return results;
  }

  /**
   * A native function that calls functions of the script: a generator that yields `state.ask(callee, args)`, gets the
   * results, and returns its own.
   */
  callingBack(name: string, steps: (args: LuaValues) => LuaSteps): LuaFunction {
    const run = (args: LuaValues): LuaValues => {
      const generator = steps(args);
      let step = generator.next([]);
      while (step.done !== true) {
        if (!(step.value instanceof LuaCall)) throw new Error(`${name} yields what is no call`);
        let results: LuaValues;
        try {
          results = this.make(step.value);
        } catch (error) {
          step = generator.throw(error);
          continue;
        }
        step = generator.next(results);
      }
      return step.value instanceof LuaCall ? this.make(step.value) : step.value;
    };
    return new LuaFunction(name, run, steps);
  }

  // ─── errors ───

  mark(): Mark {
    const { thread, room, resumes } = this;
    return { thread, depth: thread.depth, boundaries: thread.boundaries, room, resumes };
  }

  /** What was thrown, as an error of Lua with its position; the state is put back to the mark. Anything else is thrown on. */
  caught(thrown: unknown, mark: Mark): LuaError {
    const error = thrown instanceof RangeError ? this.limitOfJavaScript(thrown) : thrown;
    if (error instanceof LuaError) this.place(error);
    this.thread = mark.thread;
    this.thread.depth = mark.depth;
    this.thread.boundaries = mark.boundaries;
    this.room = mark.room;
    this.resumes = mark.resumes;
    if (!(error instanceof LuaError)) throw error;
    return error;
  }

  /** Adds the position to the text of an error (`luaL_where`), and the name of the function to a bad argument. */
  place(error: LuaError): void {
    const { level, argument } = error;
    error.level = 0;
    error.argument = undefined;
    error.site ??= this.siteAt(this.thread.depth);
    if (typeof error.value !== 'string') return;
    const { thread } = this;
    if (argument !== undefined) error.value = badArgument(error.value, argument, this.siteAt(thread.depth));
    if (level > 0) error.value = this.where(level) + error.value;
    error.message = error.value;
  }

  /** `user_script:3: ` for level 1, the function that called the native one; '' where there is no position. */
  where(level: number): string {
    const site = this.siteAt(this.thread.depth - level + 1);
    return site === undefined || (level > 1 && site.isTail) ? '' : `${site.chunk}:${site.line}: `;
  }

  /** An error object as a string would show it, for functions and tables: `table: 0x55d0a0`. */
  addressOf(value: object): string {
    let address = this.addresses.get(value);
    if (address === undefined) {
      address = `0x${(this.nextAddress += 0x20).toString(16).padStart(12, '0')}`;
      this.addresses.set(value, address);
    }
    return address;
  }

  /** What `tostring` gives, without `__tostring`. */
  rawToString(value: LuaValue, formatNumber: (n: number) => string): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return formatNumber(value);
    if (value === undefined || typeof value === 'boolean') return value === undefined ? 'nil' : String(value);
    return `${typeOf(value)}: ${value.type === 'userdata' ? value.address : this.addressOf(value)}`;
  }

  private siteAt(depth: number) {
    return depth < 1 ? undefined : this.thread.sites[depth]?.[this.thread.at[depth] ?? 0];
  }

  /** JavaScript has two limits of its own: how deep functions may call each other, and how long a string may be. */
  private limitOfJavaScript({ message }: RangeError): LuaError {
    return message.includes('string length') ? new LuaError('not enough memory', 0) : this.stackOverflow();
  }

  private stackOverflow(): LuaError {
    return new LuaError(`${this.where(2)}stack overflow`, 0);
  }
}

function badArgument(text: string, argument: number, site: { callee: string; isMethod: boolean } | undefined): string {
  const name = site?.callee ?? '?';
  if (site?.isMethod !== true) return `bad argument #${argument} to '${name}' (${text})`;
  return argument === 1 ? `calling '${name}' on bad self (${text})` : `bad argument #${argument - 1} to '${name}' (${text})`;
}

/** `luaO_chunkid`, in a buffer of this size. */
function shownName(chunkName: string, size: number): string {
  if (chunkName.startsWith('=')) return chunkName.slice(1, size);
  if (chunkName.startsWith('@')) return chunkName.length > size - 7 ? `...${chunkName.slice(8 - size)}` : chunkName.slice(1);
  const [line = ''] = chunkName.split(/[\r\n\0]/, 1);
  const shown = line.slice(0, size - 17);
  const isWhole = (chunkName[shown.length] ?? '\0') === '\0';
  return `[string "${shown}${isWhole ? '' : '...'}"]`;
}

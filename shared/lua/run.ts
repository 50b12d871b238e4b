import { PAUSE } from './chunk.ts';
import { LuaError } from './error.ts';
import { LuaCall, type LuaFunction, type LuaSteps, type LuaValues } from './function.ts';
import { NONE } from './operations.ts';
import type { LuaState, Mark } from './state.ts';
import type { LuaThread, LuaValue } from './value.ts';

/** So many coroutines may have resumed one another. */
const MAX_RESUMES = 200;

/** The request that `coroutine.yield` makes. */
export class YieldRequest {
  readonly values: LuaValues;

  constructor(values: LuaValues) {
    this.values = values;
  }
}

/** The request that `coroutine.resume` makes; its result is true and values, or false and an error. */
export class ResumeRequest {
  readonly thread: LuaThread;
  readonly args: LuaValues;

  constructor(thread: LuaThread, args: LuaValues) {
    this.thread = thread;
    this.args = args;
  }
}

/**
 * Runs functions in their pausable form. Each is a generator on the stack of its thread; what one yields is a request:
 * call this, resume that coroutine, yield, pause. So the JavaScript stack stays flat however deep a script calls, and the
 * whole can stand still between two requests.
 */
export class LuaRun {
  private readonly state: LuaState;
  private readonly mark: Mark;
  /** The run ends when this thread ends, or yields. */
  private readonly base: LuaThread;
  private readonly isHost: boolean;
  /** What the innermost function gets next: results, or an error. */
  private values: LuaValues = NONE;
  private error: unknown;
  private hasFailed = false;

  /** Without a coroutine, the function is called in the main thread, for a host that can wait while it pauses. */
  constructor(state: LuaState, callee: LuaFunction, args: LuaValues, coroutine?: LuaThread) {
    this.state = state;
    this.mark = state.mark();
    this.isHost = coroutine === undefined;
    this.base = coroutine ?? state.thread;
    if (coroutine !== undefined) this.switchTo(coroutine, args);
    else this.call(new LuaCall(callee, args, 'script'));
  }

  /**
   * Goes on until the function returns, and gives its results; undefined when it has paused. Throws `LuaError` with its
   * position, and what a limit's `check` throws.
   */
  advance(): LuaValues | undefined {
    const { state } = this;
    const couldPause = state.canPause;
    state.canPause = this.isHost;
    try {
      for (;;) {
        const results = this.step();
        if (results !== undefined) return results === PAUSED ? undefined : results;
      }
    } catch (error) {
      this.base.stack.length = 0;
      throw state.caught(error, this.mark);
    } finally {
      state.canPause = couldPause;
    }
  }

  /** One function, from one request to the next. The results of the run when it has ended. */
  private step(): LuaValues | typeof PAUSED | undefined {
    const { thread } = this.state;
    const top = thread.stack.at(-1);
    if (top === undefined) return this.ended(thread);
    let step: IteratorResult<unknown, LuaValues | LuaCall>;
    try {
      if (this.hasFailed) {
        this.hasFailed = false;
        step = top.throw(this.error);
      } else {
        step = top.next(this.values);
      }
    } catch (error) {
      thread.stack.pop();
      this.fail(error);
      return undefined;
    }
    if (step.done === true) {
      thread.stack.pop();
      // a call in tail position takes the place of its caller
      if (step.value instanceof LuaCall) this.call(step.value);
      else this.values = step.value;
      return undefined;
    }
    return this.perform(step.value, thread);
  }

  private perform(request: unknown, thread: LuaThread): LuaValues | typeof PAUSED | undefined {
    this.values = NONE;
    if (request instanceof LuaCall) this.call(request);
    else if (request === PAUSE) return PAUSED;
    else if (request instanceof ResumeRequest) this.resume(request);
    else if (request instanceof YieldRequest) return this.yield(request, thread);
    else throw new Error('a function yields what is no request');
    return undefined;
  }

  private call(call: LuaCall): void {
    const { state } = this;
    const { thread } = state;
    const { callee, args, kind } = call;
    try {
      if (!callee.pausable) this.values = kind === 'script' ? callee.call(args) : state.make(call);
      else if (kind === 'script') thread.stack.push(callee.start(args));
      else thread.stack.push(crossBoundary(state, thread, call));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.hasFailed = true;
    this.error = error;
  }

  /** The thread has no function left: it has returned, or nobody has caught its error. */
  private ended(thread: LuaThread): LuaValues | undefined {
    const error = this.error;
    if (this.hasFailed && !(error instanceof LuaError)) throw error;
    if (this.hasFailed && error instanceof LuaError) this.state.place(error);
    if (this.isHost && thread === this.base) {
      if (this.hasFailed) throw error;
      return this.values;
    }
    thread.status = 'dead';
    const results: LuaValue[] = this.hasFailed ? [false, (error as LuaError).value] : [true, ...this.values];
    this.hasFailed = false;
    return this.leave(thread, results);
  }

  private resume({ thread, args }: ResumeRequest): void {
    if (thread.status !== 'suspended') this.values = [false, `cannot resume ${thread.status} coroutine`];
    else if (this.state.resumes >= MAX_RESUMES) this.values = [false, 'C stack overflow'];
    else this.switchTo(thread, args);
  }

  private switchTo(thread: LuaThread, args: LuaValues): void {
    const { state } = this;
    thread.resumer = state.thread;
    state.thread.status = 'normal';
    state.thread = thread;
    state.resumes++;
    thread.status = 'running';
    const { body } = thread;
    thread.body = undefined;
    if (body === undefined) this.values = args;
    else this.call(new LuaCall(body, args, 'script'));
  }

  private yield({ values }: YieldRequest, thread: LuaThread): LuaValues | undefined {
    if (thread.resumer === undefined || thread.boundaries > 0) {
      this.fail(yieldError());
      return undefined;
    }
    thread.status = 'suspended';
    return this.leave(thread, [true, ...values]);
  }

  /** Back to the thread that has resumed this one. */
  private leave(thread: LuaThread, results: LuaValues): LuaValues | undefined {
    const { state } = this;
    const { resumer } = thread;
    if (resumer === undefined) throw new Error('the main thread cannot be left');
    thread.resumer = undefined;
    resumer.status = 'running';
    state.thread = resumer;
    state.resumes--;
    if (thread === this.base) return results;
    this.values = results;
    return undefined;
  }
}

/** Lua 5.1 cannot yield across native functions and metamethods; the main thread cannot yield at all. */
export function yieldError(): LuaError {
  return new LuaError('attempt to yield across metamethod/C-call boundary', 0);
}

/** The call of a native function or of a metamethod, with its frame. */
function* crossBoundary(state: LuaState, thread: LuaThread, call: LuaCall): LuaSteps {
  state.enterBoundary(thread, call);
  const results = yield new LuaCall(call.callee, call.args, 'script');
  state.leaveBoundary(thread, call);
  return results;
}

const PAUSED = Symbol('paused');

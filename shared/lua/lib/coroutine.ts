import { argumentError } from '../arguments.ts';
import { Closure } from '../chunk.ts';
import { LuaError } from '../error.ts';
import type { LuaSteps, LuaValues } from '../function.ts';
import { formatNumber } from '../number.ts';
import { LuaRun, ResumeRequest, YieldRequest, yieldError } from '../run.ts';
import type { LuaState } from '../state.ts';
import { LuaFunction, LuaThread } from '../value.ts';
import { createLibrary } from './host.ts';

/** `coroutine` (lbaselib.c). What a coroutine runs is run in the pausable form. */
export function openCoroutine(state: LuaState): void {
  state.globals.set(
    'coroutine',
    createLibrary({
      create: (args) => [createThread(args)],
      resume: new LuaFunction('resume', (args) => resume(state, checkThread(args), args.slice(1)), resumeSteps),
      running: () => [state.thread.isMain ? undefined : state.thread],
      status: (args) => [checkThread(args).status],
      wrap: (args) => [wrap(state, createThread(args))],
      yield: new LuaFunction('yield', refuseYield, yieldSteps),
    }),
  );
}

function createThread(args: LuaValues): LuaThread {
  const body = args[0];
  if (!(body instanceof Closure)) throw argumentError(0, 'Lua function expected');
  return new LuaThread(body);
}

function checkThread(args: LuaValues): LuaThread {
  const thread = args[0];
  if (!(thread instanceof LuaThread)) throw argumentError(0, 'coroutine expected');
  return thread;
}

/** From a plain function: the coroutine runs until it yields or ends, and this waits. */
function resume(state: LuaState, thread: LuaThread, args: LuaValues): LuaValues {
  if (thread.status !== 'suspended') return [false, `cannot resume ${thread.status} coroutine`];
  return state.nestedRun(() => new LuaRun(state, thread.body as LuaFunction, args, thread).advance() ?? []);
}

function* resumeSteps(args: LuaValues): LuaSteps {
  return yield new ResumeRequest(checkThread(args), args.slice(1));
}

function wrap(state: LuaState, thread: LuaThread): LuaFunction {
  function* steps(args: LuaValues): LuaSteps {
    return unwrap(yield new ResumeRequest(thread, args));
  }
  return new LuaFunction('wrap', (args) => unwrap(resume(state, thread, args)), steps);
}

/** The results of a coroutine, or its error, which gets one more position. */
function unwrap(results: LuaValues): LuaValues {
  if (results[0] === true) return results.slice(1);
  const error = results[1];
  throw new LuaError(typeof error === 'number' ? formatNumber(error) : error);
}

function* yieldSteps(args: LuaValues): LuaSteps {
  return yield new YieldRequest(args);
}

function refuseYield(): LuaValues {
  throw yieldError();
}

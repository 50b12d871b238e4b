import { checkAny } from '../arguments.ts';
import type { LuaSteps, LuaValues } from '../function.ts';
import { NONE } from '../operations.ts';
import type { LuaState } from '../state.ts';
import { LuaFunction, type LuaValue } from '../value.ts';

/** So often may the handler of an error fail with an error that goes to the handler again. */
const MAX_HANDLED = 20;

/** `pcall` and `xpcall`, which catch the errors of the function that they call. */
export function openErrorHandling(state: LuaState): void {
  state.globals.set('pcall', new LuaFunction('pcall', (args) => pcall(state, args), (args) => pcallSteps(state, args)));
  state.globals.set('xpcall', new LuaFunction('xpcall', (args) => xpcall(state, args), (args) => xpcallSteps(state, args)));
}

function pcall(state: LuaState, args: LuaValues): LuaValues {
  checkAny(args, 0);
  const mark = state.mark();
  try {
    return [true, ...state.callBack(args[0], args.slice(1))];
  } catch (error) {
    return [false, state.caught(error, mark).value];
  }
}

function* pcallSteps(state: LuaState, args: LuaValues): LuaSteps {
  checkAny(args, 0);
  const mark = state.mark();
  try {
    const results = yield state.ask(args[0], args.slice(1), undefined);
    return [true, ...results];
  } catch (error) {
    return [false, state.caught(error, mark).value];
  }
}

function xpcall(state: LuaState, args: LuaValues): LuaValues {
  const handler = checkAny(args, 1);
  const mark = state.mark();
  try {
    return [true, ...state.callBack(args[0], NONE)];
  } catch (error) {
    return [false, ...handled(state, handler, state.caught(error, mark).value)];
  }
}

function* xpcallSteps(state: LuaState, args: LuaValues): LuaSteps {
  const handler = checkAny(args, 1);
  const mark = state.mark();
  try {
    const results = yield state.ask(args[0], NONE, undefined);
    return [true, ...results];
  } catch (error) {
    return [false, ...handled(state, handler, state.caught(error, mark).value)];
  }
}

/** What the handler makes of an error. An error of its own goes to the handler too, until Lua gives up. */
function handled(state: LuaState, handler: LuaValue, error: LuaValue): LuaValues {
  if (!(handler instanceof LuaFunction)) return ['error in error handling'];
  let value = error;
  for (let i = 0; i < MAX_HANDLED; i++) {
    const mark = state.mark();
    try {
      return [state.callBack(handler, [value])[0]];
    } catch (next) {
      value = state.caught(next, mark).value;
    }
  }
  return ['error in error handling'];
}


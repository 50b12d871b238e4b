import { checkInteger, checkTable, optInteger, optString, typeError } from '../arguments.ts';
import { LuaError } from '../error.ts';
import type { LuaSteps, LuaValues } from '../function.ts';
import { formatNumber } from '../number.ts';
import { NONE } from '../operations.ts';
import type { LuaState } from '../state.ts';
import { isTrue, LuaFunction, typeOf, type LuaTable, type LuaValue } from '../value.ts';
import { createLibrary } from './host.ts';

/** `table` (ltablib.c). */
export function openTable(state: LuaState): void {
  const table = createLibrary({
    concat: (args) => concat(state, args),
    getn: (args) => [checkTable(args, 0).length()],
    insert: (args) => insert(state, args),
    maxn,
    remove: (args) => remove(state, args),
    setn,
  });
  table.set('sort', state.callingBack('sort', (args) => sort(state, args)));
  table.set('foreach', state.callingBack('foreach', (args) => foreach(state, args)));
  table.set('foreachi', state.callingBack('foreachi', (args) => foreachi(state, args)));
  state.globals.set('table', table);
}

function insert(state: LuaState, args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  const end = table.length() + 1;
  if (args.length === 2) {
    table.set(end, args[1]);
    return NONE;
  }
  if (args.length !== 3) throw new LuaError("wrong number of arguments to 'insert'");
  const at = checkInteger(args, 1) | 0;
  for (let i = Math.max(end, at); i > at; i--) {
    state.spend(1);
    table.set(i, table.get(i - 1));
  }
  table.set(at, args[2]);
  return NONE;
}

function remove(state: LuaState, args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  const end = table.length();
  const at = optInteger(args, 1, end) | 0;
  if (at < 1 || at > end) return NONE;
  const removed = table.get(at);
  for (let i = at; i < end; i++) {
    state.spend(1);
    table.set(i, table.get(i + 1));
  }
  table.set(end, undefined);
  return [removed];
}

function maxn(args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  let max = 0;
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    if (typeof entry[0] === 'number' && entry[0] > max) max = entry[0];
  }
  return [max];
}

function setn(args: LuaValues): LuaValues {
  checkTable(args, 0);
  throw new LuaError("'setn' is obsolete");
}

function concat(state: LuaState, args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  const separator = optString(args, 1, '');
  const from = optInteger(args, 2, 1) | 0;
  const to = args[3] === undefined ? table.length() : checkInteger(args, 3) | 0;
  const parts: string[] = [];
  let length = 0;
  for (let i = from; i <= to; i++) {
    const value = table.get(i);
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new LuaError(`invalid value (${typeOf(value)}) at index ${i} in table for 'concat'`);
    }
    const part = typeof value === 'number' ? formatNumber(value) : value;
    length += part.length + separator.length;
    if (length > state.maxString) throw new LuaError('not enough memory', 0);
    parts.push(part);
  }
  state.checkLength(length);
  return [parts.join(separator)];
}

function* foreach(state: LuaState, args: LuaValues): LuaSteps {
  const table = checkTable(args, 0);
  const visit = checkFunction(args, 1);
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    const results = yield state.ask(visit, entry, undefined);
    if (results[0] !== undefined) return [results[0]];
  }
  return NONE;
}

function* foreachi(state: LuaState, args: LuaValues): LuaSteps {
  const table = checkTable(args, 0);
  const visit = checkFunction(args, 1);
  const length = table.length();
  for (let i = 1; i <= length; i++) {
    const results = yield state.ask(visit, [i, table.get(i)], undefined);
    if (results[0] !== undefined) return [results[0]];
  }
  return NONE;
}

function checkFunction(args: LuaValues, at: number): LuaFunction {
  const value = args[at];
  if (!(value instanceof LuaFunction)) throw typeError(args, at, 'function');
  return value;
}

/** The quicksort of ltablib.c, step by step: an order that contradicts itself has to end in the same error. */
function* sort(state: LuaState, args: LuaValues): LuaSteps {
  const table = checkTable(args, 0);
  const length = table.length();
  const order = args[1] === undefined ? undefined : checkFunction(args, 1);
  yield* sortPart(state, table, order, 1, length);
  return NONE;
}

type Order = LuaFunction | undefined;

function* isLess(state: LuaState, order: Order, a: LuaValue, b: LuaValue): Generator<unknown, boolean, LuaValues> {
  if (order !== undefined) return isTrue((yield state.ask(order, [a, b], undefined))[0]);
  return state.less(a, b, undefined);
}

function* sortPart(state: LuaState, table: LuaTable, order: Order, first: number, last: number): Generator<unknown, void, LuaValues> {
  let low = first;
  let up = last;
  const swap = (i: number, a: LuaValue, j: number, b: LuaValue): void => {
    table.set(i, a);
    table.set(j, b);
  };
  while (low < up) {
    let a = table.get(low);
    let b = table.get(up);
    if (yield* isLess(state, order, b, a)) swap(low, b, up, a);
    if (up - low === 1) return;
    const middle = Math.floor((low + up) / 2);
    a = table.get(middle);
    b = table.get(low);
    if (yield* isLess(state, order, a, b)) {
      swap(middle, b, low, a);
    } else {
      b = table.get(up);
      if (yield* isLess(state, order, b, a)) swap(middle, b, up, a);
    }
    if (up - low === 2) return;
    const pivot = table.get(middle);
    swap(middle, table.get(up - 1), up - 1, pivot);
    let i = low;
    let j = up - 1;
    for (;;) {
      a = table.get(++i);
      while (yield* isLess(state, order, a, pivot)) {
        if (i > up) throw new LuaError('invalid order function for sorting');
        a = table.get(++i);
      }
      b = table.get(--j);
      while (yield* isLess(state, order, pivot, b)) {
        if (j < low) throw new LuaError('invalid order function for sorting');
        b = table.get(--j);
      }
      if (j < i) break;
      swap(i, b, j, a);
    }
    a = table.get(up - 1);
    swap(up - 1, table.get(i), i, a);
    state.spend(up - low);
    // the smaller part first: the depth stays small
    if (i - low < up - i) {
      yield* sortPart(state, table, order, low, i - 1);
      low = i + 1;
    } else {
      yield* sortPart(state, table, order, i + 1, up);
      up = i - 1;
    }
  }
}


import { argumentError, checkAny, checkInteger, checkString, checkTable, optInteger, optString, typeError } from '../arguments.ts';
import { LuaError } from '../error.ts';
import type { LuaSteps, LuaValues } from '../function.ts';
import { formatNumber, toNumber } from '../number.ts';
import { NONE } from '../operations.ts';
import type { LuaState } from '../state.ts';
import { isTrue, LuaFunction, LuaTable, typeOf, type LuaValue } from '../value.ts';
import { openErrorHandling } from './protected.ts';

/** Results of `unpack`, with its arguments, that Lua's stack has room for (`LUAI_MAXCSTACK`). */
const MAX_UNPACKED = 8000;

/** The functions that are globals (lbaselib.c), as far as Redis leaves them. Scripts are loaded from text alone. */
export function openBase(state: LuaState): void {
  const { globals } = state;
  const add = (name: string, call: (args: LuaValues) => LuaValues): void => globals.set(name, new LuaFunction(name, call));
  globals.set('_G', globals);
  globals.set('_VERSION', 'Lua 5.1');
  add('assert', assert);
  add('error', (args) => {
    const level = optInteger(args, 1, 1);
    const [value] = args;
    throw new LuaError(typeof value === 'number' && level > 0 ? formatNumber(value) : value, level);
  });
  add('type', (args) => [typeOf(checkAny(args, 0))]);
  add('rawequal', (args) => [checkAny(args, 0) === checkAny(args, 1)]);
  add('rawget', (args) => [checkTable(args, 0).get(checkAny(args, 1))]);
  add('rawset', rawset);
  add('select', select);
  add('unpack', unpack);
  add('tonumber', tonumber);
  add('getmetatable', (args) => {
    const metatable = state.metatableOf(checkAny(args, 0));
    return [metatable?.get('__metatable') ?? metatable];
  });
  add('setmetatable', setmetatable);
  add('collectgarbage', collectgarbage);
  add('gcinfo', () => [usedKilobytes(), 0]);
  add('loadstring', (args) => {
    const source = checkString(args, 0);
    return load(state, source, optString(args, 1, source));
  });
  globals.set('load', state.callingBack('load', (args) => loadPieces(state, args)));
  globals.set('tostring', state.callingBack('tostring', (args) => tostring(state, args)));
  openIteration(globals);
  openErrorHandling(state);
}

function openIteration(globals: LuaTable): void {
  const next = new LuaFunction('next', (args) => checkTable(args, 0).next(args[1]) ?? [undefined]);
  const nextElement = new LuaFunction('ipairs_aux', (args) => {
    const table = checkTable(args, 0);
    const at = checkInteger(args, 1) + 1;
    const value = table.get(at);
    return value === undefined ? NONE : [at, value];
  });
  globals.set('next', next);
  globals.set('pairs', new LuaFunction('pairs', (args) => [next, checkTable(args, 0), undefined]));
  globals.set('ipairs', new LuaFunction('ipairs', (args) => [nextElement, checkTable(args, 0), 0]));
}

function assert(args: LuaValues): LuaValues {
  // C prints the text up to its first null byte
  if (!isTrue(checkAny(args, 0))) throw new LuaError(optString(args, 1, 'assertion failed!').replace(/\0.*/s, ''));
  return args;
}

function rawset(args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  checkAny(args, 1);
  checkAny(args, 2);
  table.set(args[1], args[2]);
  return [table];
}

function select(args: LuaValues): LuaValues {
  if (args[0] === '#') return [args.length - 1];
  const at = checkInteger(args, 0);
  const from = at < 0 ? args.length + at : at;
  if (from < 1) throw argumentError(0, 'index out of range');
  return args.slice(from);
}

function unpack(args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  const from = optInteger(args, 1, 1) | 0;
  const to = args[2] === undefined ? table.length() : checkInteger(args, 2) | 0;
  if (to < from) return NONE;
  if (args.length + to - from + 1 > MAX_UNPACKED) throw new LuaError('too many results to unpack');
  return Array.from({ length: to - from + 1 }, (_, i) => table.get(from + i));
}

function tonumber(args: LuaValues): LuaValues {
  const base = optInteger(args, 1, 10);
  if (base === 10) return [toNumber(checkAny(args, 0))];
  const text = checkString(args, 0);
  if (base < 2 || base > 36) throw argumentError(1, 'base out of range');
  return [readInteger(text, base)];
}

/** `strtoul`: white space, a sign, `0x` for base 16, digits; a negative number wraps around in 64 bits. */
function readInteger(text: string, base: number): number | undefined {
  const [, sign = '', digits = ''] = /^[ \t\n\v\f\r]*([+-]?)([0-9a-zA-Z]+)[ \t\n\v\f\r]*(?:\0.*)?$/s.exec(text) ?? [];
  const body = base === 16 ? digits.replace(/^0[xX](?=.)/, '') : digits;
  if (body === '') return undefined;
  let value = 0n;
  for (const digit of body) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= base) return undefined;
    value = value * BigInt(base) + BigInt(worth);
    if (value >= 2n ** 64n) value = 2n ** 64n - 1n + 2n ** 65n;
  }
  if (value >= 2n ** 64n) return Number(2n ** 64n - 1n);
  return Number(sign === '-' && value !== 0n ? 2n ** 64n - value : value);
}

function setmetatable(args: LuaValues): LuaValues {
  const table = checkTable(args, 0);
  const metatable = args[1];
  if (metatable !== undefined && !(metatable instanceof LuaTable)) throw argumentError(1, 'nil or table expected');
  if (args.length < 2) throw argumentError(1, 'nil or table expected');
  if (table.metatable?.get('__metatable') !== undefined) throw new LuaError('cannot change a protected metatable');
  if (table.readonly) throw new LuaError('Attempt to modify a readonly table', 0);
  table.metatable = metatable;
  return [table];
}

function* tostring(state: LuaState, args: LuaValues): LuaSteps {
  const value = checkAny(args, 0);
  const handler = state.metamethod(value, '__tostring');
  if (handler === undefined) return [state.rawToString(value, formatNumber)];
  return [(yield state.ask(handler, [value], undefined))[0]];
}

/** The function, or nil and what is wrong with the source. */
function load(state: LuaState, source: string, chunkName: string): LuaValues {
  try {
    return [state.load(source, chunkName)];
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    return [undefined, error.value];
  }
}

/** `load(function)`: the source comes in pieces, until there is nil or an empty one. */
function* loadPieces(state: LuaState, args: LuaValues): LuaSteps {
  const reader = args[0];
  if (!(reader instanceof LuaFunction)) throw typeError(args, 0, 'function');
  const chunkName = optString(args, 1, '=(load)');
  let source = '';
  for (;;) {
    let piece: LuaValue;
    try {
      piece = (yield state.ask(reader, NONE, undefined))[0];
    } catch (error) {
      // the error of the reader is load's result
      return [undefined, state.caught(error, state.mark()).value];
    }
    if (piece === undefined || piece === '') return load(state, source, chunkName);
    if (typeof piece !== 'string' && typeof piece !== 'number') return [undefined, `${state.where(1)}reader function must return a string`];
    source += typeof piece === 'number' ? formatNumber(piece) : piece;
    state.checkLength(source.length);
  }
}

/** Memory is collected when the engine wants to: the options are there, and only `count` says something. */
function collectgarbage(args: LuaValues): LuaValues {
  const option = optString(args, 0, 'collect');
  if (option === 'count') return [usedKilobytes()];
  if (option === 'step') return [false];
  if (option === 'setpause' || option === 'setstepmul') return [200];
  if (['stop', 'restart', 'collect'].includes(option)) return [0];
  throw argumentError(0, `invalid option '${option}'`);
}

function usedKilobytes(): number {
  return Math.round(process.memoryUsage().heapUsed / 1024);
}

import { argumentError, checkInteger, checkNumber, toInteger } from '../arguments.ts';
import { LuaError } from '../error.ts';
import type { LuaValues } from '../function.ts';
import { power } from '../power.ts';
import type { LuaState } from '../state.ts';
import { LuaFunction, type LuaTable } from '../value.ts';
import { Random } from './random.ts';
import { createLibrary } from './host.ts';

/** The largest number of `random`: 31 bits. */
const RANDOM_MAX = 0x7fffffff;

/** `math` (lmathlib.c). `random` gives the same numbers in each script that does not seed it, as Redis's does. */
export function openMath(state: LuaState): void {
  const of = (compute: (x: number) => number) => (args: LuaValues) => [compute(checkNumber(args, 0))];
  // C looks at the second argument first
  const ofTwo = (compute: (x: number, y: number) => number) => (args: LuaValues) => {
    const y = checkNumber(args, 1);
    return [compute(checkNumber(args, 0), y)];
  };
  const { random } = state;
  const math = createLibrary({
    abs: of(Math.abs), acos: of(Math.acos), asin: of(Math.asin), atan: of(Math.atan), ceil: of(Math.ceil), cos: of(Math.cos),
    cosh: of(Math.cosh), deg: of((x) => x / (Math.PI / 180)), exp: of(Math.exp), floor: of(Math.floor), log: of(Math.log),
    log10: of(Math.log10), rad: of((x) => x * (Math.PI / 180)), sin: of(Math.sin), sinh: of(Math.sinh), sqrt: of(Math.sqrt),
    tan: of(Math.tan), tanh: of(Math.tanh),
    atan2: ofTwo(Math.atan2),
    fmod: ofTwo((x, y) => x % y),
    frexp: (args) => frexp(checkNumber(args, 0)),
    ldexp: ofTwo((x, exponent) => ldexp(x, toInteger(exponent) | 0)),
    max: (args) => [extreme(args, (x, best) => x > best)],
    min: (args) => [extreme(args, (x, best) => x < best)],
    modf: (args) => modf(checkNumber(args, 0)),
    pow: ofTwo(power),
    random: (args) => [nextRandom(random, args)],
    randomseed: (args) => {
      random.seed(checkInteger(args, 0));
      return [];
    },
  });
  addConstants(math);
  state.globals.set('math', math);
}

function addConstants(math: LuaTable): void {
  math.set('pi', Math.PI);
  math.set('huge', Infinity);
  math.set('mod', math.get('fmod') instanceof LuaFunction ? math.get('fmod') : undefined);
}

function extreme(args: LuaValues, isBetter: (x: number, best: number) => boolean): number {
  let best = checkNumber(args, 0);
  for (let i = 1; i < args.length; i++) {
    const x = checkNumber(args, i);
    if (isBetter(x, best)) best = x;
  }
  return best;
}

function nextRandom(random: Random, args: LuaValues): number {
  // the position in [0, 1) first, whatever the arguments are: an error leaves the sequence one further too
  const fraction = (random.next() % RANDOM_MAX) / RANDOM_MAX;
  if (args.length === 0) return fraction;
  if (args.length === 1) {
    const upper = checkInteger(args, 0);
    if (upper < 1) throw argumentError(0, 'interval is empty');
    return Math.floor(fraction * upper) + 1;
  }
  if (args.length > 2) throw new LuaError('wrong number of arguments');
  const lower = checkInteger(args, 0);
  const upper = checkInteger(args, 1);
  if (lower > upper) throw argumentError(1, 'interval is empty');
  return Math.floor(fraction * (upper - lower + 1)) + lower;
}

/** The mantissa in [0.5, 1) and the exponent. */
function frexp(x: number): [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = x * 2 ** -exponent;
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent--;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent++;
  }
  return [mantissa, exponent];
}

/** In two steps, since 2^exponent alone may be too large or too small. */
function ldexp(x: number, exponent: number): number {
  const e = Math.max(-2200, Math.min(2200, exponent));
  const half = Math.trunc(e / 3);
  return x * 2 ** half * 2 ** half * 2 ** (e - 2 * half);
}

function modf(x: number): [number, number] {
  if (!Number.isFinite(x)) return [x, Number.isNaN(x) ? x : 0];
  const whole = Math.trunc(x);
  return [whole, x - whole];
}

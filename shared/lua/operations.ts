import { LuaError } from './error.ts';
import { LuaCall, LuaFunction, type LuaValues } from './function.ts';
import { formatNumber, toNumber } from './number.ts';
import { power } from './power.ts';
import type { Site } from './site.ts';
import { isTrue, LuaTable, typeOf, type LuaValue } from './value.ts';

/** So many tables may lead from one to the next by `__index` or `__newindex`; more are a loop (`MAXTAGLOOP`). */
const MAX_CHAIN = 100;
/** Longer strings count as steps: one for so many bytes. */
const BYTES_PER_STEP = 4096;

/** Words of the JavaScript stack that a call by `__call` takes, beside the called function's own. */
const CALL_OTHER_ROOM = 24;

export const NONE: LuaValues = [];

/** A comparison by metamethod. `a <= b` may be computed as `not (b < a)`. */
class Comparison extends LuaCall {
  readonly isNegated: boolean;

  constructor(callee: LuaFunction, args: LuaValues, site: Site | undefined, isNegated = false) {
    super(callee, args, 'metamethod', site);
    this.isNegated = isNegated;
  }
}

/**
 * What the operators of the language do when their operands are not what the generated code handles itself (lvm.c): the
 * metamethods, the coercions, the errors. `find…` gives the result, or the call of a metamethod that will give it: that is
 * how the pausable form uses it. The forms without `find` make that call.
 */
export abstract class Operations {
  /** How many steps are left until `tick`. */
  steps = 0;
  /** Words of the JavaScript stack that are left to plain functions. */
  room = 0;
  /** The metatable that all strings share. */
  stringMetatable: LuaTable | undefined;
  /** The longest string that a script may make. */
  abstract readonly maxString: number;

  /** Looks to the limits, after so many steps. True if the script is to pause, which only a pausable function may. */
  abstract tick(canPause: boolean): boolean;
  /** Makes a call that a native function or a metamethod has requested. */
  abstract make(call: LuaCall): LuaValues;

  metatableOf(value: LuaValue): LuaTable | undefined {
    if (value instanceof LuaTable) return value.metatable;
    return typeof value === 'string' ? this.stringMetatable : undefined;
  }

  metamethod(value: LuaValue, event: string): LuaValue {
    return this.metatableOf(value)?.get(event);
  }

  /** Counts the making of a long string, before it is made. Throws `not enough memory`. */
  checkLength(length: number): void {
    if (length > this.maxString) throw new LuaError('not enough memory', 0);
    this.spend(Math.floor(length / BYTES_PER_STEP));
  }

  /** Counts the work of native code. */
  spend(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) this.tick(false);
  }

  // ─── indexing ───

  index(object: LuaValue, key: LuaValue, site?: Site): LuaValue {
    const found = this.findIndex(object, key, site);
    return found instanceof LuaCall ? this.make(found)[0] : found;
  }

  findIndex(object: LuaValue, key: LuaValue, site?: Site): LuaValue | LuaCall {
    let from = object;
    for (let i = 0; i < MAX_CHAIN; i++) {
      let handler: LuaValue;
      if (from instanceof LuaTable) {
        const value = from.get(key);
        if (value !== undefined || from.metatable === undefined) return value;
        handler = from.metatable.get('__index');
        if (handler === undefined) return undefined;
      } else {
        handler = this.metamethod(from, '__index');
        if (handler === undefined) throw this.failure(`attempt to index ${described(from, i === 0 ? (site?.left ?? '') : '')}`, site);
      }
      if (handler instanceof LuaFunction) return new LuaCall(handler, [from, key], 'metamethod', site);
      from = handler;
    }
    throw this.failure('loop in gettable', site);
  }

  setIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: Site): void {
    const call = this.findSetIndex(object, key, value, site);
    if (call !== undefined) this.make(call);
  }

  findSetIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: Site): LuaCall | undefined {
    if (object instanceof LuaTable && object.metatable === undefined) {
      this.setField(object, key, value, site);
      return undefined;
    }
    let into = object;
    for (let i = 0; i < MAX_CHAIN; i++) {
      let handler: LuaValue;
      if (into instanceof LuaTable) {
        handler = into.metatable?.get('__newindex');
        if (handler === undefined || into.get(key) !== undefined) {
          this.setField(into, key, value, site);
          return undefined;
        }
      } else {
        handler = this.metamethod(into, '__newindex');
        if (handler === undefined) throw this.failure(`attempt to index ${described(into, i === 0 ? site.left : '')}`, site);
      }
      if (handler instanceof LuaFunction) return new LuaCall(handler, [into, key, value], 'metamethod', site);
      into = handler;
    }
    throw this.failure('loop in settable', site);
  }

  /** Sets without metamethods; what `set` refuses gets a position. */
  setField(table: LuaTable, key: LuaValue, value: LuaValue, site: Site): void {
    if (key === undefined && !table.readonly) throw this.failure('table index is nil', site);
    if (key !== key && !table.readonly) throw this.failure('table index is NaN', site);
    if (table.readonly) throw this.failure('Attempt to modify a readonly table', site);
    table.set(key, value);
  }

  /** The list of a table constructor. */
  setList(table: LuaTable, list: LuaValue[]): void {
    for (let i = 0; i < list.length; i++) table.set(i + 1, list[i]);
  }

  pushAll(list: LuaValue[], values: LuaValues): void {
    for (const value of values) list.push(value);
  }

  // ─── arithmetic ───

  arithmetic(name: string, a: LuaValue, b: LuaValue, site: Site): LuaValue {
    const found = this.findArithmetic(name, a, b, site);
    return found instanceof LuaCall ? this.make(found)[0] : found;
  }

  findArithmetic(name: string, a: LuaValue, b: LuaValue, site: Site): LuaValue | LuaCall {
    const x = toNumber(a);
    const y = toNumber(b);
    if (x !== undefined && y !== undefined) return compute(name, x, y);
    const handler = this.metamethod(a, `__${name}`) ?? this.metamethod(b, `__${name}`);
    if (handler !== undefined) return this.handlerCall(handler, [a, b], site);
    const [culprit, name2] = x === undefined ? [a, site.left] : [b, site.right];
    throw this.failure(`attempt to perform arithmetic on ${described(culprit, name2)}`, site);
  }

  modulo(a: number, b: number): number {
    return modulo(a, b);
  }

  power(a: number, b: number): number {
    return power(a, b);
  }

  negate(a: LuaValue, site: Site): LuaValue {
    const found = this.findNegate(a, site);
    return found instanceof LuaCall ? this.make(found)[0] : found;
  }

  findNegate(a: LuaValue, site: Site): LuaValue | LuaCall {
    const x = toNumber(a);
    if (x !== undefined) return -x;
    const handler = this.metamethod(a, '__unm');
    if (handler !== undefined) return this.handlerCall(handler, [a, a], site);
    throw this.failure(`attempt to perform arithmetic on ${described(a, site.left)}`, site);
  }

  length(value: LuaValue, site: Site): number {
    if (value instanceof LuaTable) return value.length();
    if (typeof value === 'string') return value.length;
    throw this.failure(`attempt to get length of ${described(value, site.left)}`, site);
  }

  concat(a: LuaValue, b: LuaValue, site: Site): LuaValue {
    if (typeof a === 'string' && typeof b === 'string') {
      const length = a.length + b.length;
      if (length > 4096) this.checkLengthAt(length, site);
      return a + b;
    }
    const found = this.findConcat(a, b, site);
    return found instanceof LuaCall ? this.make(found)[0] : found;
  }

  findConcat(a: LuaValue, b: LuaValue, site: Site): LuaValue | LuaCall {
    if (isText(a) && isText(b)) {
      const x = typeof a === 'number' ? formatNumber(a) : a;
      const y = typeof b === 'number' ? formatNumber(b) : b;
      if (x.length + y.length > 4096) this.checkLengthAt(x.length + y.length, site);
      return x + y;
    }
    const handler = this.metamethod(a, '__concat') ?? this.metamethod(b, '__concat');
    if (handler !== undefined) return this.handlerCall(handler, [a, b], site);
    const [culprit, name] = isText(a) ? [b, site.right] : [a, site.left];
    throw this.failure(`attempt to concatenate ${described(culprit, name)}`, site);
  }

  private checkLengthAt(length: number, site: Site): void {
    if (length > this.maxString) throw this.failure('string length overflow', site);
    this.checkLength(length);
  }

  // ─── comparison ───

  equals(a: LuaValue, b: LuaValue, site: Site): boolean {
    const found = this.findEquals(a, b, site);
    return found instanceof LuaCall ? this.truth(found, this.make(found)) : found;
  }

  /** Both are tables with the same `__eq`. */
  findEquals(a: LuaValue, b: LuaValue, site: Site): boolean | LuaCall {
    if (a === b) return true;
    if (!(a instanceof LuaTable) || !(b instanceof LuaTable)) return false;
    const handler = a.metatable?.get('__eq');
    if (handler === undefined || handler !== b.metatable?.get('__eq')) return false;
    return handler instanceof LuaFunction ? new Comparison(handler, [a, b], site) : false;
  }

  less(a: LuaValue, b: LuaValue, site: Site | undefined): boolean {
    const found = this.findLess(a, b, site);
    return found instanceof LuaCall ? this.truth(found, this.make(found)) : found;
  }

  findLess(a: LuaValue, b: LuaValue, site: Site | undefined): boolean | LuaCall {
    if (typeof a === 'number' && typeof b === 'number') return a < b;
    if (typeof a === 'string' && typeof b === 'string') return a < b;
    const handler = this.comparisonHandler(a, b, '__lt');
    if (handler !== undefined) return new Comparison(handler, [a, b], site);
    throw this.comparisonFailure(a, b, site);
  }

  lessOrEqual(a: LuaValue, b: LuaValue, site: Site): boolean {
    const found = this.findLessOrEqual(a, b, site);
    return found instanceof LuaCall ? this.truth(found, this.make(found)) : found;
  }

  findLessOrEqual(a: LuaValue, b: LuaValue, site: Site): boolean | LuaCall {
    if (typeof a === 'number' && typeof b === 'number') return a <= b;
    if (typeof a === 'string' && typeof b === 'string') return a <= b;
    const handler = this.comparisonHandler(a, b, '__le');
    if (handler !== undefined) return new Comparison(handler, [a, b], site);
    const opposite = this.comparisonHandler(b, a, '__lt');
    if (opposite !== undefined) return new Comparison(opposite, [b, a], site, true);
    throw this.comparisonFailure(a, b, site);
  }

  /** What a comparison's metamethod says. */
  truth(call: LuaCall, results: LuaValues): boolean {
    return isTrue(results[0]) !== (call instanceof Comparison && call.isNegated);
  }

  private comparisonHandler(a: LuaValue, b: LuaValue, event: string): LuaFunction | undefined {
    if (typeOf(a) !== typeOf(b)) return undefined;
    const handler = this.metamethod(a, event);
    return handler instanceof LuaFunction && handler === this.metamethod(b, event) ? handler : undefined;
  }

  private comparisonFailure(a: LuaValue, b: LuaValue, site: Site | undefined): LuaError {
    const [x, y] = [typeOf(a), typeOf(b)];
    const text = x === y ? `attempt to compare two ${x} values` : `attempt to compare ${x} with ${y}`;
    return this.failure(text, site);
  }

  // ─── calls ───

  /** The call of something that is no function, by its `__call`. */
  callOther(callee: LuaValue, args: LuaValues, site: Site | undefined): LuaValues {
    if (callee instanceof LuaFunction) return callee.call(args);
    const handler = this.metamethod(callee, '__call');
    if (handler instanceof LuaFunction) {
      this.room -= CALL_OTHER_ROOM;
      const results = handler.call([callee, ...args]);
      this.room += CALL_OTHER_ROOM;
      return results;
    }
    const text = `attempt to call ${described(callee, site?.left ?? '')}`;
    throw this.failure(text, site);
  }

  /** The same as a request: what a pausable function yields to call something. A native function has no site. */
  ask(callee: LuaValue, args: LuaValues, site: Site | undefined): LuaCall {
    const kind = site === undefined ? 'native' : 'script';
    if (callee instanceof LuaFunction) return new LuaCall(callee, args, kind);
    const handler = this.metamethod(callee, '__call');
    if (handler instanceof LuaFunction) return new LuaCall(handler, [callee, ...args], kind);
    throw this.failure(`attempt to call ${described(callee, site?.left ?? '')}`, site);
  }

  private handlerCall(handler: LuaValue, args: LuaValues, site: Site): LuaCall {
    const { callee, args: all } = this.ask(handler, args, { ...site, left: '' });
    return new LuaCall(callee, all, 'metamethod', site);
  }

  // ─── for ───

  /** The start, limit or step of a numeric `for`. */
  forNumber(value: LuaValue, what: string, site: Site): number {
    const number = toNumber(value);
    if (number === undefined) throw this.failure(`'for' ${what}${what === 'initial' ? ' value' : ''} must be a number`, site);
    return number;
  }

  /** An error of the script itself, at a place that the generated code names. */
  protected failure(text: string, site: Site | undefined): LuaError {
    if (site === undefined) return new LuaError(text, 0);
    const error = new LuaError(`${site.chunk}:${site.line}: ${text}`, 0);
    error.site = site;
    return error;
  }
}

function isText(value: LuaValue): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** `local 'a' (a nil value)`, or `a nil value`. */
function described(value: LuaValue, name: string): string {
  return name === '' ? `a ${typeOf(value)} value` : `${name} (a ${typeOf(value)} value)`;
}

function compute(name: string, a: number, b: number): number {
  switch (name) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return a / b;
    case 'mod':
      return modulo(a, b);
    default:
      return power(a, b);
  }
}

/** `a - floor(a / b) * b`: the result has the sign of the divisor. */
function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b;
}

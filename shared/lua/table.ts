import { LuaError } from './error.ts';
import type { FieldName } from './field-name.ts';
import type { LuaValue } from './value.ts';

/** Up to so many keys outside the array part are found by looking through them; beyond, a Map leads to them. */
const FEW = 16;
/** More entries make `not enough memory`. */
const MAX_ENTRIES = 2 ** 23;

/**
 * A table: an array part for the keys 1…n, and for all other keys two columns, keys and values, in the order in which
 * the keys came. An entry that is set to nil stays in its place until the columns are packed, so that a walk with `next`
 * may clear what it has met. They are packed only when a new key is added, which ends a walk in Lua too.
 *
 * `get`, `set`, `length` and `next` are Lua's raw forms: metatables are the engine's affair.
 */
export class LuaTable {
  readonly type: 'table' = 'table';
  metatable: LuaTable | undefined;
  /** Redis protects its globals and libraries: `set` throws. */
  readonly = false;
  /** The value of key i + 1 stands at i. */
  private readonly array: LuaValue[];
  private keys: LuaValue[] | undefined;
  private values: LuaValue[] = NONE;
  /** How many of the values are not nil. */
  private alive = 0;
  private places: Map<LuaValue, number> | undefined;

  /** A table of the list's values, at 1, 2, 3 … The list belongs to the table from then on. */
  constructor(list: LuaValue[] = []) {
    this.array = list;
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') {
      const { array } = this;
      if (key > 0 && key <= array.length) {
        const value = array[key - 1];
        // a key such as 1.5 names no element
        if (value !== undefined) return value;
      }
    }
    if (this.keys === undefined) return undefined;
    const place = this.find(key);
    return place === -1 ? undefined : this.values[place];
  }

  /** `get` of a field's name. */
  getField(name: FieldName): LuaValue {
    const { keys } = this;
    if (keys === undefined) return undefined;
    if (keys[name.place] === name.key) return this.values[name.place];
    const place = this.find(name.text);
    if (place === -1) return undefined;
    name.place = place;
    name.key = keys[place];
    return this.values[place];
  }

  /**
   * Throws `table index is nil`, `table index is NaN`, `not enough memory`, `Attempt to modify a readonly table`: without a
   * position, as Lua does when a native function is the one that sets.
   */
  set(key: LuaValue, value: LuaValue): void {
    if (this.readonly) throw new LuaError('Attempt to modify a readonly table', 0);
    if (typeof key === 'number') {
      const { array } = this;
      const { length } = array;
      if (key > 0 && key <= length && Number.isInteger(key)) {
        array[key - 1] = value;
        return;
      }
      if (key === length + 1) {
        this.append(value);
        return;
      }
      if (key !== key) throw new LuaError('table index is NaN', 0);
    } else if (key === undefined) {
      throw new LuaError('table index is nil', 0);
    }
    this.setKey(key, value);
  }

  /** `#table`: a number n so that n is 0 or `t[n]` is not nil, and `t[n + 1]` is nil. */
  length(): number {
    const { array } = this;
    const { length } = array;
    if (length === 0 || array[length - 1] !== undefined) return length;
    let low = 0;
    let high = length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (array[middle - 1] === undefined) high = middle;
      else low = middle;
    }
    return low;
  }

  /** The entry after this key's, nil being before the first; undefined at the end. Throws `invalid key to 'next'`. */
  next(key: LuaValue): [key: LuaValue, value: LuaValue] | undefined {
    const { array, values } = this;
    let place: number;
    if (key === undefined || (typeof key === 'number' && key > 0 && key <= array.length && Number.isInteger(key))) {
      for (let at = key === undefined ? 0 : key; at < array.length; at++) {
        if (array[at] !== undefined) return [at + 1, array[at]];
      }
      place = 0;
    } else {
      const found = this.find(key);
      if (found === -1) throw new LuaError("invalid key to 'next'", 0);
      place = found + 1;
    }
    for (; place < values.length; place++) {
      if (values[place] !== undefined) return [this.keys?.[place], values[place]];
    }
    return undefined;
  }

  private append(value: LuaValue): void {
    if (value === undefined) {
      if (this.keys !== undefined) this.setKey(this.array.length + 1, value);
      return;
    }
    if (this.array.length >= MAX_ENTRIES) throw new LuaError('not enough memory', 0);
    this.array.push(value);
    if (this.alive > 0 || this.keys !== undefined) this.moveToArray();
  }

  /** What stood outside the array part, and follows its last element now, moves into it. */
  private moveToArray(): void {
    // the element just added may have stood outside as one that was cleared: it must not be found there any more
    this.clear(this.array.length);
    while (this.alive > 0) {
      const place = this.find(this.array.length + 1);
      if (place === -1) return;
      const value = this.values[place];
      if (value === undefined) return;
      this.values[place] = undefined;
      this.alive--;
      this.array.push(value);
    }
  }

  private clear(key: number): void {
    const place = this.find(key);
    if (place === -1 || this.values[place] === undefined) return;
    this.values[place] = undefined;
    this.alive--;
  }

  private setKey(key: LuaValue, value: LuaValue): void {
    const place = this.find(key);
    if (place !== -1) {
      const before = this.values[place];
      if (before === undefined && value !== undefined) this.alive++;
      else if (before !== undefined && value === undefined) this.alive--;
      this.values[place] = value;
    } else if (value !== undefined) {
      this.add(key, value);
    }
  }

  private add(key: LuaValue, value: LuaValue): void {
    if (this.keys === undefined) {
      this.keys = [];
      this.values = [];
    } else if (this.keys.length >= FEW && this.alive <= this.keys.length >> 1) {
      this.pack();
    }
    const { keys, values } = this;
    if (keys.length >= MAX_ENTRIES) throw new LuaError('not enough memory', 0);
    keys.push(key);
    values.push(value);
    this.alive++;
    if (this.places !== undefined) this.places.set(key, keys.length - 1);
    else if (keys.length > FEW) this.indexKeys();
  }

  /** The place of a key outside the array part, -1 if it has none. */
  private find(key: LuaValue): number {
    const { keys, places } = this;
    if (keys === undefined) return -1;
    if (places !== undefined) return places.get(key) ?? -1;
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === key) return i;
    }
    return -1;
  }

  private pack(): void {
    const keys: LuaValue[] = [];
    const values: LuaValue[] = [];
    this.keys?.forEach((key, place) => {
      if (this.values[place] === undefined) return;
      keys.push(key);
      values.push(this.values[place]);
    });
    this.keys = keys;
    this.values = values;
    this.places = undefined;
    if (keys.length > FEW) this.indexKeys();
  }

  private indexKeys(): void {
    this.places = new Map(this.keys?.map((key, place) => [key, place]));
  }
}

const NONE: LuaValue[] = [];

import { ownText } from '#shared/packed/flat-string.ts';
import { LuaError, LuaTable, type LuaValue } from '../value.ts';

/** How many values Lua's stack has room for: what is nested deeper is an error. */
const MAX_STACK = 8_000;

/** An array or map that is being read. */
interface Open {
  readonly table: LuaTable;
  /** Elements still to be read; for a map keys and values together. */
  left: number;
  readonly isMap: boolean;
  /** The index of an array's next element, or the key that waits for its value in a map. */
  key: LuaValue;
  /** How many values are on Lua's stack below it. */
  readonly stack: number;
}

/** Reads values of MessagePack one by one. It does not call itself: deep arrays end in Lua's error. */
export class MessagePackReader {
  /** The offset of the next value. */
  at: number;
  readonly #data: string;

  constructor(data: string, offset: number) {
    this.#data = data;
    this.at = offset;
  }

  get ended(): boolean {
    return this.at >= this.#data.length;
  }

  /**
   * @param stack how many values are on Lua's stack
   * @throws LuaError for what is cut off, and for unknown types (`bin` and `ext` of newer MessagePack among them)
   */
  read(stack: number): LuaValue {
    const open: Open[] = [];
    let top = stack;
    for (;;) {
      if (top + 1 > MAX_STACK) throw overflow('too many return values at once; use unpack_one or unpack_limit instead.');
      const level = this.#readHeader(top);
      let value: LuaValue;
      if (level === undefined) value = this.#readScalar();
      else if (level.left > 0) {
        open.push(level);
        top = level.stack + (level.isMap ? 1 : 2);
        continue;
      } else value = level.table;
      for (;;) {
        const parent = open.at(-1);
        if (parent === undefined) return value;
        addElement(parent, value);
        if (parent.left > 0) {
          top = parent.stack + (parent.isMap && parent.left % 2 === 0 ? 1 : 2);
          break;
        }
        open.pop();
        value = parent.table;
      }
    }
  }

  /** The header of an array or map, if that is what comes next. */
  #readHeader(stack: number): Open | undefined {
    this.#need(1);
    const code = this.#data.charCodeAt(this.at);
    const isMap = (code & 0xf0) === 0x80 || code === 0xde || code === 0xdf;
    if (!isMap && (code & 0xf0) !== 0x90 && code !== 0xdc && code !== 0xdd) return undefined;
    const size = code < 0xa0 ? 0 : code === 0xdc || code === 0xde ? 2 : 4;
    this.#need(1 + size);
    const count = size === 0 ? code & 0x0f : unsignedAt(this.#data, this.at + 1, size);
    this.at += 1 + size;
    if (!isMap && stack + 2 > MAX_STACK) throw overflow('in function mp_decode_to_lua_array');
    return { table: new LuaTable(), left: isMap ? count * 2 : count, isMap, key: isMap ? undefined : 1, stack };
  }

  #readScalar(): LuaValue {
    const code = this.#data.charCodeAt(this.at);
    if (code < 0x80 || code >= 0xe0) {
      this.at++;
      return code < 0x80 ? code : code - 0x100;
    }
    if ((code & 0xe0) === 0xa0) return this.#string(0, code & 0x1f);
    switch (code) {
      case 0xc0:
        this.at++;
        return undefined;
      case 0xc2:
      case 0xc3:
        this.at++;
        return code === 0xc3;
      case 0xca:
        return this.#number(4, floatAt);
      case 0xcb:
        return this.#number(8, doubleAt);
      case 0xcc:
        return this.#number(1, unsignedAt);
      case 0xcd:
        return this.#number(2, unsignedAt);
      case 0xce:
        return this.#number(4, unsignedAt);
      case 0xcf:
      case 0xd3:
        // lua-cmsgpack takes an unsigned one for a signed one, too.
        return this.#number(8, signedAt);
      case 0xd0:
        return this.#number(1, signedAt);
      case 0xd1:
        return this.#number(2, signedAt);
      case 0xd2:
        return this.#number(4, signedAt);
      case 0xd9:
        return this.#longString(1);
      case 0xda:
        return this.#longString(2);
      case 0xdb:
        return this.#longString(4);
      default:
        throw new LuaError('Bad data format in input.');
    }
  }

  #number(size: number, read: (data: string, at: number, size: number) => number): number {
    this.#need(1 + size);
    const value = read(this.#data, this.at + 1, size);
    this.at += 1 + size;
    return value;
  }

  #longString(size: number): string {
    this.#need(1 + size);
    return this.#string(size, unsignedAt(this.#data, this.at + 1, size));
  }

  /** @param size of the length in front of it, in bytes */
  #string(size: number, length: number): string {
    this.#need(1 + size + length);
    const start = this.at + 1 + size;
    this.at = start + length;
    return ownText(this.#data.substring(start, this.at));
  }

  #need(count: number): void {
    if (this.at + count > this.#data.length) throw new LuaError('Missing bytes in input.');
  }
}

function addElement(level: Open, value: LuaValue): void {
  level.left--;
  if (!level.isMap) {
    level.table.set(level.key, value);
    level.key = (level.key as number) + 1;
  } else if (level.left % 2 === 1) level.key = value;
  else {
    if (level.key === undefined) throw new LuaError('table index is nil', 0);
    if (Number.isNaN(level.key)) throw new LuaError('table index is NaN', 0);
    level.table.set(level.key, value);
  }
}

/** The integer in so many bytes, the greatest first. */
function unsignedAt(data: string, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 0x100 + data.charCodeAt(i);
  return value;
}

function signedAt(data: string, at: number, size: number): number {
  if (size === 8) return signedAt(data, at, 4) * 2 ** 32 + unsignedAt(data, at + 4, 4);
  const value = unsignedAt(data, at, size);
  const half = 2 ** (size * 8 - 1);
  return value < half ? value : value - 2 * half;
}

function floatAt(data: string, at: number): number {
  scratch.setUint32(0, unsignedAt(data, at, 4));
  return scratch.getFloat32(0);
}

function doubleAt(data: string, at: number): number {
  scratch.setUint32(0, unsignedAt(data, at, 4));
  scratch.setUint32(4, unsignedAt(data, at + 4, 4));
  return scratch.getFloat64(0);
}

const scratch = new DataView(new ArrayBuffer(8));

function overflow(why: string): LuaError {
  return new LuaError(`stack overflow (${why})`);
}

import { argumentError, checkNumber, checkString, optInteger } from '../arguments.ts';
import { toNumber } from '../number.ts';
import { LuaError, type LuaTable, type LuaValue } from '../value.ts';
import { createLibrary, type LibraryHost } from './host.ts';
import { toSigned, toUnsigned } from '../number-text.ts';
import { TextBuilder } from './text-builder.ts';

/** The alignment that `!` alone means, and the sizes of C on 64-bit Linux. */
const MAX_ALIGN = 8;
const SIZES: Readonly<Record<string, number>> = { b: 1, B: 1, h: 2, H: 2, l: 8, L: 8, T: 8, f: 4, d: 8, x: 1 };
const INT_SIZE = 4;
const MAX_INT_SIZE = 32;
const INT_MAX = 2 ** 31 - 1;
/** Of C's widest integer: the bytes before these are zeros, however large the number. */
const WORD = 8;
/** How many values Lua's stack has room for, and how many of them `unpack` needs besides its results. */
const MAX_STACK = 8_000;
const STACK_USED = 4;

/** The library `struct` (Roberto Ierusalimschy's, as Redis has it): numbers and strings as bytes in a given layout. */
export function createStructLibrary(host: LibraryHost): LuaTable {
  return createLibrary({ pack: (args) => pack(args, host), unpack, size });
}

/** One option of a format, with its size in bytes; `c0` and `s` have none. */
interface Option {
  readonly letter: string;
  readonly size: number;
  /** Bytes in front of it, so that it is aligned. */
  readonly padding: number;
  readonly isLittle: boolean;
}

/** Reads a format option by option. */
class Format {
  readonly #text: string;
  #at = 0;
  #isLittle = true;
  #align = 1;

  constructor(text: string) {
    const end = text.indexOf('\0');
    this.#text = end === -1 ? text : text.slice(0, end);
  }

  /** @param position how many bytes come before it */
  next(position: number): Option | undefined {
    const letter = this.#text[this.#at];
    if (letter === undefined) return undefined;
    this.#at++;
    const size = this.#sizeOf(letter);
    const padding = this.#paddingFor(position, letter, size);
    return { letter, size, padding, isLittle: this.#isLittle };
  }

  #sizeOf(letter: string): number {
    if (letter === 'c') return this.#number(1);
    if (letter !== 'i' && letter !== 'I') return SIZES[letter] ?? 0;
    const size = this.#number(INT_SIZE);
    if (size > MAX_INT_SIZE) throw new LuaError(`integral size ${size} is larger than limit of ${MAX_INT_SIZE}`);
    return size;
  }

  #number(missing: number): number {
    let value = -1;
    for (; this.#at < this.#text.length; this.#at++) {
      const digit = this.#text.charCodeAt(this.#at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = Math.max(value, 0) * 10 + digit;
      if (value > INT_MAX) throw new LuaError('integral size overflow');
    }
    return value === -1 ? missing : value;
  }

  #paddingFor(position: number, letter: string, size: number): number {
    if (size === 0 || letter === 'c') return 0;
    const unit = Math.min(size, this.#align);
    return (unit - (position & (unit - 1))) & (unit - 1);
  }

  /** Does what an option without a value says: it holds for those that follow. */
  control(letter: string): void {
    switch (letter) {
      case ' ':
        return;
      case '<':
      case '>':
        this.#isLittle = letter === '<';
        return;
      case '!': {
        const align = this.#number(MAX_ALIGN);
        if (align === 0 || (align & (align - 1)) !== 0) throw new LuaError(`alignment ${align} is not a power of 2`);
        this.#align = align;
        return;
      }
      default:
        throw argumentError(0, `invalid format option '${letter}'`);
    }
  }
}

function pack(args: readonly LuaValue[], host: LibraryHost): LuaValue[] {
  const format = new Format(checkString(args, 0));
  // What is missing shows as nil, and not as no value: Lua's stack has a nil after the arguments here.
  const values = [...args, undefined];
  let at = 1;
  const packed = new TextBuilder(host);
  for (let option = format.next(0); option !== undefined; option = format.next(packed.length)) {
    const { letter, size, isLittle } = option;
    packed.add('\0'.repeat(option.padding));
    switch (letter) {
      case 'b':
      case 'B':
      case 'h':
      case 'H':
      case 'l':
      case 'L':
      case 'T':
      case 'i':
      case 'I':
        packed.add(integerBytes(checkNumber(values, at++), size, isLittle));
        break;
      case 'f':
      case 'd':
        packed.add(floatBytes(checkNumber(values, at++), size, isLittle));
        break;
      case 'x':
        packed.add('\0');
        break;
      case 'c':
      case 's': {
        const text = checkString(values, at++);
        if (text.length < size) throw argumentError(at, 'string too short');
        packed.add((size === 0 ? text : text.slice(0, size)) + (letter === 's' ? '\0' : ''));
        break;
      }
      default:
        format.control(letter);
    }
  }
  return [packed.toString()];
}

/** @returns the values, and the position after the last one, counted from 1 */
function unpack(args: readonly LuaValue[]): LuaValue[] {
  const format = new Format(checkString(args, 0));
  const data = checkString(args, 1);
  const start = optInteger(args, 2, 1);
  if (start === 0) throw argumentError(2, 'offset must be 1 or greater');
  const tooShort = () => argumentError(1, 'data string too short');
  const values: LuaValue[] = [];
  // A position before the string is one far after it: in C it has no sign.
  let position = start - 1;
  for (let option = format.next(position); option !== undefined; option = format.next(position)) {
    const { letter, isLittle } = option;
    let { size } = option;
    position += option.padding;
    if (position < 0 || position + size > data.length) throw tooShort();
    if (values.length + STACK_USED > MAX_STACK) throw new LuaError('stack overflow (too many results)');
    switch (letter) {
      case 'b':
      case 'B':
      case 'h':
      case 'H':
      case 'l':
      case 'L':
      case 'T':
      case 'i':
      case 'I':
        values.push(readInteger(data, position, size, isLittle, letter >= 'a'));
        break;
      case 'f':
      case 'd':
        values.push(readFloat(data, position, size, isLittle));
        break;
      case 'x':
        break;
      case 'c':
        if (size === 0) {
          const last = toNumber(values.at(-1));
          if (last === undefined) throw new LuaError("format 'c0' needs a previous size");
          values.pop();
          size = Number(toUnsigned(last));
          if (position + size > data.length) throw tooShort();
        }
        values.push(data.slice(position, position + size));
        break;
      case 's': {
        const end = data.indexOf('\0', position);
        if (end === -1) throw new LuaError('unfinished string in data');
        values.push(data.slice(position, end));
        size = end - position + 1;
        break;
      }
      default:
        format.control(letter);
    }
    position += size;
  }
  return [...values, position + 1];
}

function size(args: readonly LuaValue[]): LuaValue[] {
  const format = new Format(checkString(args, 0));
  let total = 0;
  for (let option = format.next(0); option !== undefined; option = format.next(total)) {
    const { letter } = option;
    if (letter === 's') throw argumentError(0, "option 's' has no fixed size");
    if (letter === 'c' && option.size === 0) throw argumentError(0, "option 'c0' has no fixed size");
    if (!/[0-9A-Za-z]/.test(letter)) format.control(letter);
    total += option.padding + option.size;
  }
  return [total];
}

const view = new DataView(new ArrayBuffer(WORD));

function integerBytes(number: number, size: number, isLittle: boolean): string {
  const value = number < 2 ** 63 ? toSigned(number) : toUnsigned(number);
  view.setBigUint64(0, BigInt.asUintN(64, value), true);
  let bytes = '';
  for (let i = 0; i < size; i++) bytes += String.fromCharCode(i < WORD ? view.getUint8(i) : 0);
  return isLittle ? bytes : reversed(bytes);
}

function readInteger(data: string, position: number, size: number, isLittle: boolean, isSigned: boolean): number {
  const bytes = data.slice(position, position + size);
  const little = isLittle ? bytes : reversed(bytes);
  let value = 0n;
  for (let i = Math.min(size, WORD) - 1; i >= 0; i--) value = (value << 8n) | BigInt(little.charCodeAt(i));
  return Number(isSigned ? BigInt.asIntN(Math.min(size, WORD) * 8, value) : value);
}

function floatBytes(number: number, size: number, isLittle: boolean): string {
  if (size === 4) view.setFloat32(0, number, isLittle);
  else view.setFloat64(0, number, isLittle);
  // What 0/0 gives on x86 has a sign.
  const first = isLittle ? size - 1 : 0;
  if (Number.isNaN(number)) view.setUint8(first, view.getUint8(first) | 0x80);
  let bytes = '';
  for (let i = 0; i < size; i++) bytes += String.fromCharCode(view.getUint8(i));
  return bytes;
}

function readFloat(data: string, position: number, size: number, isLittle: boolean): number {
  for (let i = 0; i < size; i++) view.setUint8(i, data.charCodeAt(position + i));
  return size === 4 ? view.getFloat32(0, isLittle) : view.getFloat64(0, isLittle);
}

function reversed(bytes: string): string {
  let text = '';
  for (let i = bytes.length - 1; i >= 0; i--) text += bytes[i];
  return text;
}

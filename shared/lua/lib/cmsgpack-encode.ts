import { LuaTable, type LuaValue } from '../value.ts';
import type { TextBuilder } from './text-builder.ts';

/** A table inside so many others becomes nil: this ends tables that hold themselves. */
const MAX_NESTING = 16;
const INT_MAX = 2 ** 31 - 1;

/** Adds a value as MessagePack. What it does not have, such as functions, becomes nil. */
export function encodeMessagePack(value: LuaValue, packed: TextBuilder, level = 0): void {
  if (typeof value === 'string') {
    packed.add(stringHeader(value.length));
    packed.add(value);
  } else if (typeof value === 'boolean') packed.add(value ? '\xc3' : '\xc2');
  else if (typeof value === 'number') packed.add(numberBytes(value));
  else if (value instanceof LuaTable && level < MAX_NESTING) encodeTable(value, packed, level);
  else packed.add('\xc0');
}

/** An array if its keys are 1 to n, else a map. */
function encodeTable(table: LuaTable, packed: TextBuilder, level: number): void {
  let count = 0;
  let greatest = 0;
  let isArray = true;
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    const key = entry[0];
    count++;
    if (typeof key !== 'number' || !Number.isInteger(key) || key <= 0 || key > INT_MAX) isArray = false;
    else if (key > greatest) greatest = key;
  }
  if (isArray && greatest === count) {
    packed.add(header(count, 0x90, 0xdc));
    for (let at = 1; at <= count; at++) encodeMessagePack(table.get(at), packed, level + 1);
    return;
  }
  packed.add(header(count, 0x80, 0xde));
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    encodeMessagePack(entry[0], packed, level + 1);
    encodeMessagePack(entry[1], packed, level + 1);
  }
}

/** Of an array or map: up to 15 elements in one byte, else after the code for 16 bits, or the next code, for 32. */
function header(count: number, short: number, code: number): string {
  if (count <= 15) return bytes(short | count);
  return count <= 0xffff ? bytes(code) + bigEndian(count, 2) : bytes(code + 1) + bigEndian(count, 4);
}

function stringHeader(length: number): string {
  if (length < 32) return bytes(0xa0 | length);
  if (length <= 0xff) return bytes(0xd9, length);
  return length <= 0xffff ? bytes(0xda) + bigEndian(length, 2) : bytes(0xdb) + bigEndian(length, 4);
}

/** A whole number of 64 bits as the shortest integer, any other as a float if that is exact, else as a double. */
function numberBytes(value: number): string {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) return integerBytes(value);
  if (Number.isNaN(value)) return '\xcb\xff\xf8\0\0\0\0\0\0';
  const isFloat = Math.fround(value) === value;
  const view = Buffer.alloc(isFloat ? 5 : 9);
  view[0] = isFloat ? 0xca : 0xcb;
  if (isFloat) view.writeFloatBE(value, 1);
  else view.writeDoubleBE(value, 1);
  return view.toString('latin1');
}

function integerBytes(value: number): string {
  if (value >= 0) {
    if (value <= 0x7f) return bytes(value);
    if (value <= 0xff) return bytes(0xcc, value);
    if (value <= 0xffff) return bytes(0xcd) + bigEndian(value, 2);
    if (value <= 0xffffffff) return bytes(0xce) + bigEndian(value, 4);
    return bytes(0xcf) + bigEndian64(value);
  }
  if (value >= -32) return bytes(value & 0xff);
  if (value >= -0x80) return bytes(0xd0, value & 0xff);
  if (value >= -0x8000) return bytes(0xd1) + bigEndian(value, 2);
  if (value >= -0x80000000) return bytes(0xd2) + bigEndian(value, 4);
  return bytes(0xd3) + bigEndian64(value);
}

function bytes(...codes: number[]): string {
  return String.fromCharCode(...codes);
}

function bigEndian(value: number, size: number): string {
  let text = '';
  for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) text += bytes((value >>> shift) & 0xff);
  return text;
}

function bigEndian64(value: number): string {
  const view = Buffer.alloc(8);
  view.writeBigInt64BE(BigInt(value));
  return view.toString('latin1');
}

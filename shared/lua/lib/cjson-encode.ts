import { LuaError, LuaTable, typeOf, type LuaValue } from '../value.ts';
import type { JsonSettings } from './cjson-settings.ts';
import type { LibraryHost } from './host.ts';
import { NULL } from './null.ts';
import { printGeneral } from '../number-text.ts';
import { TextBuilder } from './text-builder.ts';

/** How many values Lua's stack has room for: what is nested deeper is an error, whatever the settings say. */
const MAX_STACK = 8_000;
/** Greater indexes do not fit into an `int`. */
const MAX_INDEX = 2 ** 31 - 1;

/** A table that is being written: an array, or an object when `length` is -1. */
interface Open {
  readonly table: LuaTable;
  readonly length: number;
  /** The index or key of what was written last. */
  at: LuaValue;
  /** How many values are on Lua's stack below it. */
  readonly stack: number;
}

/**
 * A Lua value as JSON. A table with the indexes 1 to n is an array, any other an object; an empty one, too. It does not
 * call itself: deep tables end in Lua's errors.
 * @throws LuaError for what JSON cannot have, and for too many levels
 */
export function encodeJson(value: LuaValue, settings: JsonSettings, host: LibraryHost): string {
  const text = new TextBuilder(host);
  const open: Open[] = [];
  const write = (value: LuaValue, stack: number) => {
    if (!(value instanceof LuaTable)) return text.add(scalar(value, settings));
    const found = arrayLength(value, settings);
    const length = found > 0 ? found : -1;
    const depth = open.length + 1;
    if (depth > settings.encodeMaxDepth || stack + 3 > MAX_STACK) {
      throw new LuaError(`Cannot serialise, excessive nesting (${depth})`);
    }
    text.add(length === -1 ? '{' : '[');
    open.push({ table: value, length, at: length === -1 ? undefined : 0, stack });
  };
  write(value, 1);
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (level.length === -1) {
      const entry = level.table.next(level.at);
      if (entry === undefined) {
        text.add('}');
        open.pop();
        continue;
      }
      if (level.at !== undefined) text.add(',');
      level.at = entry[0];
      text.add(`${keyText(entry[0], settings)}:`);
      write(entry[1], level.stack + 2);
    } else {
      const index = (level.at as number) + 1;
      if (index > level.length) {
        text.add(']');
        open.pop();
        continue;
      }
      if (index > 1) text.add(',');
      level.at = index;
      write(level.table.get(index), level.stack + 1);
    }
  }
  return text.toString();
}

function scalar(value: LuaValue, settings: JsonSettings): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return numberText(value, settings);
  if (typeof value === 'boolean') return String(value);
  if (value === undefined || value === NULL) return 'null';
  throw cannot(value, 'type not supported');
}

function keyText(key: LuaValue, settings: JsonSettings): string {
  if (typeof key === 'string') return quote(key);
  if (typeof key === 'number') return `"${numberText(key, settings)}"`;
  throw cannot(key, 'table key must be a number or string');
}

function numberText(value: number, { encodeInvalid, numberPrecision }: JsonSettings): string {
  if (Number.isFinite(value)) return printGeneral(value, numberPrecision);
  if (encodeInvalid === 'null') return 'null';
  if (encodeInvalid === 'off') throw cannot(value, 'must not be NaN or Inf');
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** The greatest index of a table whose keys are all whole numbers from 1 on, with not too many missing; else -1. */
function arrayLength(table: LuaTable, settings: JsonSettings): number {
  let greatest = 0;
  let items = 0;
  for (let entry = table.next(undefined); entry !== undefined; entry = table.next(entry[0])) {
    const key = entry[0];
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 1 || key > MAX_INDEX) return -1;
    if (key > greatest) greatest = key;
    items++;
  }
  const { sparseRatio, sparseSafe, sparseConvert } = settings;
  if (sparseRatio > 0 && greatest > items * sparseRatio && greatest > sparseSafe) {
    if (!sparseConvert) throw cannot(table, 'excessively sparse array');
    return -1;
  }
  return greatest;
}

function cannot(value: LuaValue, reason: string): LuaError {
  return new LuaError(`Cannot serialise ${typeOf(value)}: ${reason}`);
}

const SPECIAL = /["\\/\0-\x1f\x7f]/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

/** Bytes above 0x7f stay as they are. */
function quote(text: string): string {
  return `"${text.replace(SPECIAL, escape)}"`;
}

function escape(byte: string): string {
  return SHORT[byte] ?? `\\u${byte.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

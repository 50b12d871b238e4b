import { readDouble } from '#shared/numbers/double.ts';
import { NUMERAL } from '../number.ts';
import { LuaError, LuaTable, type LuaValue } from '../value.ts';
import type { JsonSettings } from './cjson-settings.ts';
import { NULL } from './null.ts';

/** How many values Lua's stack has room for: what is nested deeper is an error, whatever the settings say. */
const MAX_STACK = 8_000;

/** undefined is what is no token. */
type Token =
  | 'T_OBJ_BEGIN'
  | 'T_OBJ_END'
  | 'T_ARR_BEGIN'
  | 'T_ARR_END'
  | 'T_STRING'
  | 'T_NUMBER'
  | 'T_BOOLEAN'
  | 'T_NULL'
  | 'T_COLON'
  | 'T_COMMA'
  | 'T_END'
  | undefined;

const SINGLE: Readonly<Record<string, Token>> = {
  '{': 'T_OBJ_BEGIN',
  '}': 'T_OBJ_END',
  '[': 'T_ARR_BEGIN',
  ']': 'T_ARR_END',
  ':': 'T_COLON',
  ',': 'T_COMMA',
};

const NUMBER = new RegExp(NUMERAL, 'iy');
/** What `strtod` takes and JSON does not have. */
const INVALID_NUMBER = /\+|-?(?:0x|0\d|inf|nan)/iy;
const WORD = /true|false|null/y;
const PLAIN = /[^"\\\0]*/y;
const HEX4 = /[\da-fA-F]{4}/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
};

/** A table that is being read, with the key that waits for its value in an object, or the last index of an array. */
interface Open {
  readonly table: LuaTable;
  readonly isObject: boolean;
  key: LuaValue;
}

/**
 * JSON as a Lua value; null becomes `cjson.null`. A null byte ends the text. It does not call itself: deep JSON ends in
 * lua-cjson's error.
 * @throws LuaError with what was expected and what was found, at which character, counted from 1
 */
export function decodeJson(text: string, settings: JsonSettings): LuaValue {
  if (text.length >= 2 && text.slice(0, 2).includes('\0')) {
    throw new LuaError('JSON parser does not support UTF-16 or UTF-32');
  }
  const tokens = new Tokens(text, settings.decodeInvalid === 'on');
  const open: Open[] = [];
  let stack = 1;
  let type = tokens.next();
  for (;;) {
    let value: LuaValue;
    if (type === 'T_OBJ_BEGIN' || type === 'T_ARR_BEGIN') {
      const isObject = type === 'T_OBJ_BEGIN';
      const depth = open.length + 1;
      if (depth > settings.decodeMaxDepth || stack + (isObject ? 3 : 2) > MAX_STACK) {
        throw new LuaError(`Found too many nested data structures (${depth}) at character ${tokens.at}`);
      }
      const level: Open = { table: new LuaTable(), isObject, key: isObject ? undefined : 0 };
      type = tokens.next();
      if (type !== endOf(level)) {
        open.push(level);
        stack += isObject ? 2 : 1;
        type = startElement(type, tokens, level);
        continue;
      }
      value = level.table;
    } else if (type === 'T_STRING' || type === 'T_NUMBER' || type === 'T_BOOLEAN') value = tokens.value;
    else if (type === 'T_NULL') value = NULL;
    else throw tokens.expected('value');
    for (;;) {
      const level = open.at(-1);
      type = tokens.next();
      if (level === undefined) {
        if (type !== 'T_END') throw tokens.expected('the end');
        return value;
      }
      level.table.set(level.key, value);
      if (type === 'T_COMMA') {
        type = startElement(tokens.next(), tokens, level);
        break;
      }
      if (type !== endOf(level)) throw tokens.expected(level.isObject ? 'comma or object end' : 'comma or array end');
      open.pop();
      stack -= level.isObject ? 2 : 1;
      value = level.table;
    }
  }
}

/** Goes up to the first token of an element's value. */
function startElement(type: Token, tokens: Tokens, level: Open): Token {
  if (!level.isObject) {
    level.key = (level.key as number) + 1;
    return type;
  }
  if (type !== 'T_STRING') throw tokens.expected('object key string');
  level.key = tokens.value;
  if (tokens.next() !== 'T_COLON') throw tokens.expected('colon');
  return tokens.next();
}

function endOf(level: Open): Token {
  return level.isObject ? 'T_OBJ_END' : 'T_ARR_END';
}

class Tokens {
  /** Of a string, a number or a boolean. */
  value: LuaValue;
  /** What comes next in the text. */
  at = 0;
  #type: Token;
  #error = '';
  #start = 0;
  readonly #text: string;
  readonly #allowsInvalid: boolean;

  constructor(text: string, allowsInvalid: boolean) {
    this.#text = text;
    this.#allowsInvalid = allowsInvalid;
  }

  next(): Token {
    this.#read();
    return this.#type;
  }

  #read(): void {
    const text = this.#text;
    while (isSpace(text.charCodeAt(this.at))) this.at++;
    this.#start = this.at;
    const first = text[this.at];
    if (first === undefined || first === '\0') {
      this.#type = 'T_END';
      return;
    }
    this.#type = SINGLE[first];
    if (this.#type !== undefined) {
      this.at++;
      return;
    }
    if (first === '"') this.#string();
    else if (first === '-' || (first >= '0' && first <= '9')) this.#number(this.#allowsInvalid || !this.#isHere(INVALID_NUMBER));
    else if (this.#isHere(WORD)) this.#word();
    else if (this.#allowsInvalid && 'iInN+'.includes(first) && this.#isHere(INVALID_NUMBER)) this.#number(true);
    else this.#fail('invalid token');
  }

  expected(what: string): LuaError {
    return new LuaError(`Expected ${what} but found ${this.#type ?? this.#error} at character ${this.#start + 1}`);
  }

  #fail(error: string): void {
    this.#type = undefined;
    this.#error = error;
    this.#start = this.at;
  }

  #isHere(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.#text);
  }

  #word(): void {
    const first = this.#text[this.at];
    this.#type = first === 'n' ? 'T_NULL' : 'T_BOOLEAN';
    this.value = first === 't';
    this.at += first === 'f' ? 5 : 4;
  }

  #number(isAllowed: boolean): void {
    if (!isAllowed || !this.#isHere(NUMBER)) return this.#fail('invalid number');
    const digits = this.#text.slice(this.at, NUMBER.lastIndex);
    this.at = NUMBER.lastIndex;
    this.#type = 'T_NUMBER';
    this.value = readDouble(digits) ?? NaN;
  }

  #string(): void {
    const text = this.#text;
    let value = '';
    this.at++;
    for (;;) {
      PLAIN.lastIndex = this.at;
      PLAIN.test(text);
      value += text.slice(this.at, PLAIN.lastIndex);
      this.at = PLAIN.lastIndex;
      const end = text[this.at];
      if (end === '"') break;
      if (end !== '\\') return this.#fail('unexpected end of string');
      const letter = text[this.at + 1] ?? '';
      const escaped = ESCAPES[letter];
      if (escaped !== undefined) {
        value += escaped;
        this.at += 2;
      } else if (letter === 'u') {
        const code = this.#codePoint();
        if (code === undefined) return this.#fail('invalid unicode escape code');
        value += utf8(code);
      } else return this.#fail('invalid escape code');
    }
    this.at++;
    this.#type = 'T_STRING';
    this.value = value;
  }

  /** Reads `\u0041`, or two of them that are a surrogate pair. */
  #codePoint(): number | undefined {
    const high = this.#hex4(this.at + 2);
    if (high === undefined) return undefined;
    if ((high & 0xf800) !== 0xd800) {
      this.at += 6;
      return high;
    }
    if ((high & 0x400) !== 0 || !this.#text.startsWith('\\u', this.at + 6)) return undefined;
    const low = this.#hex4(this.at + 8);
    if (low === undefined || (low & 0xfc00) !== 0xdc00) return undefined;
    this.at += 12;
    return (((high & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000;
  }

  #hex4(at: number): number | undefined {
    HEX4.lastIndex = at;
    const digits = HEX4.exec(this.#text);
    return digits === null ? undefined : Number.parseInt(digits[0], 16);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function utf8(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : Buffer.from(String.fromCodePoint(code)).toString('latin1');
}

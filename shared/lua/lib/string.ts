import { argumentError, checkInteger, checkString, optInteger, typeError } from '../arguments.ts';
import { LuaCall, type LuaSteps } from '../function.ts';
import { formatNumber } from '../number.ts';
import { isTrue, LuaError, LuaFunction, LuaTable, typeOf, type LuaValue } from '../value.ts';
import { createLibrary, type LibraryHost, type NativeFunction } from './host.ts';
import { formatText } from './format.ts';
import { Matcher, type Capture } from './pattern.ts';
import { TextBuilder } from './text-builder.ts';

/** How many values Lua's stack has room for. */
const MAX_STACK = 8_000;
const SPECIAL = /[\^$*+?.([%-]/;
const CARET = '^';
const PERCENT = '%';

/** The library `string` of Lua 5.1 (lstrlib.c). Positions count bytes from 1; negative ones count from the end. */
export function createStringLibrary(host: LibraryHost): LuaTable {
  const gmatch = createGmatch(host);
  return createLibrary({
    byte,
    char,
    dump,
    find: (args) => find(args, host),
    format: (args) => [formatText(args, host)],
    gfind: gmatch,
    gmatch,
    gsub: host.callingBack('gsub', (args) => gsub(args, host)),
    len: (args) => [checkString(args, 0).length],
    lower: (args) => [mapAscii(checkString(args, 0), (text) => text.toLowerCase())],
    match: (args) => match(args, host),
    rep: (args) => rep(args, host),
    reverse,
    sub,
    upper: (args) => [mapAscii(checkString(args, 0), (text) => text.toUpperCase())],
  });
}

function byte(args: readonly LuaValue[]): LuaValue[] {
  const text = checkString(args, 0);
  const first = fromEnd(optInteger(args, 1, 1), text.length);
  const last = Math.min(fromEnd(optInteger(args, 2, first), text.length), text.length);
  const start = Math.max(first, 1);
  if (start > last) return [];
  if (args.length + last - start + 1 > MAX_STACK) throw new LuaError('stack overflow (string slice too long)');
  const codes: LuaValue[] = [];
  for (let at = start; at <= last; at++) codes.push(text.charCodeAt(at - 1));
  return codes;
}

function char(args: readonly LuaValue[]): LuaValue[] {
  let text = '';
  for (let at = 0; at < args.length; at++) {
    const code = checkInteger(args, at) | 0;
    if (code < 0 || code > 255) throw argumentError(at, 'invalid value');
    text += String.fromCharCode(code);
  }
  return [text];
}

/** There is no bytecode here that could be dumped: every function is refused as Lua refuses native ones. */
function dump(args: readonly LuaValue[]): LuaValue[] {
  if (!(args[0] instanceof LuaFunction)) throw typeError(args, 0, 'function');
  throw new LuaError('unable to dump given function');
}

function rep(args: readonly LuaValue[], host: LibraryHost): LuaValue[] {
  const text = checkString(args, 0);
  const times = Math.max(checkInteger(args, 1) | 0, 0);
  host.checkLength(text.length * times);
  return [text === '' ? '' : text.repeat(times)];
}

function reverse(args: readonly LuaValue[]): LuaValue[] {
  return [Buffer.from(checkString(args, 0), 'latin1').reverse().toString('latin1')];
}

function sub(args: readonly LuaValue[]): LuaValue[] {
  const text = checkString(args, 0);
  const start = Math.max(fromEnd(checkInteger(args, 1), text.length), 1);
  const end = Math.min(fromEnd(optInteger(args, 2, -1), text.length), text.length);
  return [start <= end ? text.slice(start - 1, end) : ''];
}

/** In the C locale, bytes above 0x7f have no case. */
function mapAscii(text: string, change: (text: string) => string): string {
  return /[\x80-\xff]/.test(text) ? text.replace(/[A-Za-z]+/g, change) : change(text);
}

/** A position that is counted from the start, 0 for one in front of it. */
function fromEnd(position: number, length: number): number {
  return position >= 0 ? position : Math.max(position + length + 1, 0);
}

/** Where to begin with a search, counted from 0. */
function searchStart(args: readonly LuaValue[], length: number): number {
  return Math.min(Math.max(fromEnd(optInteger(args, 2, 1), length) - 1, 0), length);
}

function find(args: readonly LuaValue[], host: LibraryHost): readonly LuaValue[] {
  const text = checkString(args, 0);
  const pattern = checkString(args, 1);
  const start = searchStart(args, text.length);
  if (isTrue(args[3]) || !SPECIAL.test(untilNull(pattern))) {
    const at = text.indexOf(pattern, start);
    return at === -1 ? [undefined] : [at + 1, at + pattern.length];
  }
  const found = search(text, pattern, start, host);
  if (found === undefined) return [undefined];
  return [found.start + 1, found.end, ...(found.captured > 0 ? found.captures() : [])];
}

function match(args: readonly LuaValue[], host: LibraryHost): readonly LuaValue[] {
  const text = checkString(args, 0);
  const pattern = checkString(args, 1);
  const found = search(text, pattern, searchStart(args, text.length), host);
  return found === undefined ? [undefined] : found.captures();
}

/** Special characters count up to the first null byte, where the pattern ends. */
function untilNull(pattern: string): string {
  const end = pattern.indexOf('\0');
  return end === -1 ? pattern : pattern.slice(0, end);
}

/** The first match at or after a position; at that position alone with `^` in front of the pattern. */
function search(text: string, pattern: string, from: number, host: LibraryHost): Matcher | undefined {
  const anchored = pattern.startsWith(CARET);
  const matcher = new Matcher(text, anchored ? pattern.slice(1) : pattern, host);
  const last = anchored ? from : text.length;
  for (let start = from; start <= last; start++) if (matcher.matchAt(start)) return matcher;
  return undefined;
}

function createGmatch(host: LibraryHost): NativeFunction {
  return (args) => {
    const text = checkString(args, 0);
    const matcher = new Matcher(text, checkString(args, 1), host);
    let from = 0;
    const step = () => {
      for (let start = from; start <= text.length; start++) {
        if (!matcher.matchAt(start)) continue;
        from = matcher.end === start ? start + 1 : matcher.end;
        return matcher.captures();
      }
      from = text.length + 1;
      return [];
    };
    return [new LuaFunction('for iterator', step)];
  };
}

/** A replacement that is a function is called for each match. */
function* gsub(args: readonly LuaValue[], host: LibraryHost): LuaSteps {
  const work = new Substitution(args, host);
  const { replacement } = work;
  while (work.next()) {
    if (replacement instanceof LuaFunction) work.replace((yield new LuaCall(replacement, work.captures()))[0]);
    else if (replacement instanceof LuaTable) work.replace(host.index(replacement, work.firstCapture()));
    else work.expand(replacement);
  }
  return work.result();
}

/** One call of `gsub`: match after match, each of which the caller replaces. */
class Substitution {
  readonly replacement: string | LuaFunction | LuaTable;
  readonly #text: string;
  readonly #matcher: Matcher;
  readonly #built: TextBuilder;
  readonly #most: number;
  readonly #anchored: boolean;
  #replaced = 0;
  #from = 0;
  #ended = false;

  constructor(args: readonly LuaValue[], host: LibraryHost) {
    this.#text = checkString(args, 0);
    const pattern = checkString(args, 1);
    this.#most = optInteger(args, 3, this.#text.length + 1) | 0;
    this.replacement = checkReplacement(args);
    this.#anchored = pattern.startsWith(CARET);
    this.#matcher = new Matcher(this.#text, this.#anchored ? pattern.slice(1) : pattern, host);
    this.#built = new TextBuilder(host);
  }

  /** Goes to the next match; false when there is none, or when the maximum number has been reached. */
  next(): boolean {
    const text = this.#text;
    while (!this.#ended && this.#replaced < this.#most) {
      this.#ended = this.#anchored;
      const start = this.#from;
      const matched = this.#matcher.matchAt(start);
      if (matched && this.#matcher.end > start) this.#from = this.#matcher.end;
      else if (start < text.length) this.#from++;
      else this.#ended = true;
      if (matched) {
        this.#replaced++;
        return true;
      }
      this.#built.add(text.slice(start, this.#from));
    }
    return false;
  }

  captures(): readonly LuaValue[] {
    return this.#matcher.captures();
  }

  /** What is looked up in a table. */
  firstCapture(): LuaValue {
    return this.#matcher.capture(0);
  }

  /** Puts in what the function or table gave; false and nil keep what was matched. */
  replace(value: LuaValue): void {
    if (!isTrue(value)) this.#built.add(captureText(this.#matcher.capture(-1)));
    else if (typeof value === 'string') this.#built.add(value);
    else if (typeof value === 'number') this.#built.add(formatNumber(value));
    else throw new LuaError(`invalid replacement value (a ${typeOf(value)})`);
    this.#keepUnmatched();
  }

  /** Puts in a text, with `%0` for the match and `%1` to `%9` for its captures. */
  expand(replacement: string): void {
    let from = 0;
    for (let at = replacement.indexOf(PERCENT); at !== -1; at = replacement.indexOf(PERCENT, from)) {
      this.#built.add(replacement.slice(from, at));
      const digit = replacement.charCodeAt(at + 1) - 0x30;
      // A `%` at the end takes the null byte that ends C's string.
      if (!(digit >= 0 && digit <= 9)) this.#built.add(replacement[at + 1] ?? '\0');
      else this.#built.add(captureText(this.#matcher.capture(digit - 1)));
      from = at + 2;
    }
    this.#built.add(replacement.slice(from));
    this.#keepUnmatched();
  }

  result(): readonly LuaValue[] {
    this.#built.add(this.#text.slice(this.#from));
    return [this.#built.toString(), this.#replaced];
  }

  /** The byte that an empty match stood at follows what was put in. */
  #keepUnmatched(): void {
    const { start, end } = this.#matcher;
    if (end === start) this.#built.add(this.#text.slice(start, this.#from));
  }
}

function checkReplacement(args: readonly LuaValue[]): string | LuaFunction | LuaTable {
  const value = args[2];
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string' || value instanceof LuaFunction || value instanceof LuaTable) return value;
  throw argumentError(2, 'string/function/table expected');
}

function captureText(capture: Capture): string {
  return typeof capture === 'number' ? formatNumber(capture) : capture;
}

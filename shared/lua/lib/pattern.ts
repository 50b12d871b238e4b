import { LuaError } from '../value.ts';
import { isInClass } from './character-classes.ts';
import type { LibraryHost } from './host.ts';

/** A capture: a part of the text, or, for `()`, the position as a number, counted from 1. */
export type Capture = string | number;

const MAX_CAPTURES = 32;
/** How many steps of matching are counted before they are reported to the host. */
const STEPS_AT_ONCE = 1_000;
/** A call that takes more steps than this ends in an error: nobody is served while the matcher goes back and forth. */
const MAX_STEPS = 2 ** 24;
/** So many more for each byte of the text: going through a long one takes many steps and little time for each. */
const STEPS_PER_BYTE = 64;

/** The length of a capture that has no part of the text yet, and of `()`. */
const UNFINISHED = -1;
const POSITION = -2;

/** What the matcher can go back to, by kind; four numbers each on the stack: kind, position in the text, and two more. */
const OPTIONAL = 0;
const MOST = 1;
const FEWEST = 2;
const OPENED = 3;
const CLOSED = 4;

const PERCENT = 0x25;
const OPEN = 0x28;
const CLOSE = 0x29;
const STAR = 0x2a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const QUESTION = 0x3f;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const CARET = 0x5e;
const DOLLAR = 0x24;
const LETTER_B = 0x62;
const LETTER_F = 0x66;

/**
 * Lua's pattern matching (`match` in lstrlib.c), on binary strings: one text and one pattern, without its `^`. A pattern ends at its first null byte, as it does in
 * Lua 5.1. Instead of calling itself it keeps a stack of the places to which it can go back, so that no pattern is too
 * long for it.
 */
export class Matcher {
  /** Where the last match begins and ends, counted from 0. */
  start = 0;
  end = 0;
  readonly #text: string;
  /** With a null byte at the end. */
  readonly #pattern: string;
  readonly #host: LibraryHost;
  readonly #begins: number[] = [];
  readonly #lengths: number[] = [];
  readonly #choices: number[] = [];
  #backAt = 0;
  #backItem = 0;
  #steps = 0;
  /** The steps that have been reported to the host. */
  #spent = 0;

  constructor(text: string, pattern: string, host: LibraryHost) {
    this.#text = text;
    this.#pattern = `${pattern}\0`;
    this.#host = host;
  }

  /** Whether the pattern matches the text at exactly this position; where it ends is in `end` then. */
  matchAt(start: number): boolean {
    this.#begins.length = 0;
    this.#lengths.length = 0;
    const choices = this.#choices;
    choices.length = 0;
    const pattern = this.#pattern;
    let s = start;
    let p = 0;
    for (;;) {
      this.#step();
      const code = pattern.charCodeAt(p);
      if (code === 0) {
        this.start = start;
        this.end = s;
        return true;
      }
      const next = pattern.charCodeAt(p + 1);
      let matched = true;
      if (code === OPEN) {
        const position = next === CLOSE;
        this.#open(s, position ? POSITION : UNFINISHED);
        p += position ? 2 : 1;
      } else if (code === CLOSE) {
        this.#close(s);
        p++;
      } else if (code === DOLLAR && next === 0) {
        matched = s === this.#text.length;
        p++;
      } else if (code === PERCENT && next === LETTER_B) {
        s = this.#balanced(s, p + 2);
        matched = s !== -1;
        p += 4;
      } else if (code === PERCENT && next === LETTER_F) {
        p += 2;
        if (pattern.charCodeAt(p) !== BRACKET) throw new LuaError("missing '[' after '%f' in pattern");
        const end = this.#itemEnd(p);
        matched = this.#isFrontier(s, p, end - 1);
        p = end;
      } else if (code === PERCENT && next >= ZERO && next <= NINE) {
        s = this.#repeatedCapture(s, next);
        matched = s !== -1;
        p += 2;
      } else {
        const end = this.#itemEnd(p);
        const suffix = pattern.charCodeAt(end);
        if (suffix === MINUS) {
          choices.push(FEWEST, s, p, end);
          p = end + 1;
        } else if (suffix === STAR || suffix === PLUS) {
          const least = suffix === PLUS ? s + 1 : s;
          let most = s;
          while (this.#matchesItem(most, p, end)) most++;
          matched = most >= least;
          if (most > least) choices.push(MOST, most, least, end + 1);
          s = most;
          p = end + 1;
        } else {
          matched = this.#matchesItem(s, p, end);
          if (suffix === QUESTION) {
            if (matched) choices.push(OPTIONAL, s++, end + 1, 0);
            matched = true;
            p = end + 1;
          } else {
            s++;
            p = end;
          }
        }
      }
      if (matched) continue;
      if (!this.#goBack()) return false;
      s = this.#backAt;
      p = this.#backItem;
    }
  }

  /** How many captures the last match has. */
  get captured(): number {
    return this.#begins.length;
  }

  /** The captures of the last match; the whole match when the pattern has none. */
  captures(): Capture[] {
    const captures: Capture[] = [];
    for (let at = 0; at < Math.max(this.#begins.length, 1); at++) captures.push(this.capture(at));
    return captures;
  }

  /** A capture of the last match, counted from 0; -1, and 0 in a pattern that has none, is the whole match. */
  capture(at: number): Capture {
    if (at === -1 || (at === 0 && this.#begins.length === 0)) return this.#text.slice(this.start, this.end);
    const begin = this.#begins[at];
    const length = this.#lengths[at];
    if (begin === undefined || length === undefined) throw new LuaError('invalid capture index');
    if (length === UNFINISHED) throw new LuaError('unfinished capture');
    return length === POSITION ? begin + 1 : this.#text.slice(begin, begin + length);
  }

  /** Sets `#backAt` and `#backItem` to where the last choice was made; false when there was none. */
  #goBack(): boolean {
    const choices = this.#choices;
    while (choices.length > 0) {
      const b = choices.pop()!;
      const a = choices.pop()!;
      const s = choices.pop()!;
      switch (choices.pop()!) {
        case OPTIONAL:
          return this.#goOn(s, a);
        case MOST:
          if (s - 1 > a) choices.push(MOST, s - 1, a, b);
          return this.#goOn(s - 1, b);
        case FEWEST:
          if (!this.#matchesItem(s, a, b)) break;
          choices.push(FEWEST, s + 1, a, b);
          return this.#goOn(s + 1, b + 1);
        case OPENED:
          this.#begins.pop();
          this.#lengths.pop();
          break;
        case CLOSED:
          this.#lengths[a] = UNFINISHED;
          break;
      }
    }
    return false;
  }

  #goOn(s: number, p: number): true {
    this.#backAt = s;
    this.#backItem = p;
    return true;
  }

  #step(): void {
    if (++this.#steps < STEPS_AT_ONCE) return;
    this.#steps = 0;
    this.#spent += STEPS_AT_ONCE;
    if (this.#spent > MAX_STEPS + STEPS_PER_BYTE * this.#text.length) throw new LuaError('pattern too complex');
    this.#host.spend(STEPS_AT_ONCE);
  }

  #open(s: number, length: number): void {
    if (this.#begins.length >= MAX_CAPTURES) throw new LuaError('too many captures');
    this.#begins.push(s);
    this.#lengths.push(length);
    this.#choices.push(OPENED, s, 0, 0);
  }

  #close(s: number): void {
    const at = this.#lengths.lastIndexOf(UNFINISHED);
    if (at === -1) throw new LuaError('invalid pattern capture');
    this.#lengths[at] = s - this.#begins[at]!;
    this.#choices.push(CLOSED, s, at, 0);
  }

  /** Where the single item at `p` ends: a character, a class, or a set. */
  #itemEnd(p: number): number {
    const pattern = this.#pattern;
    const code = pattern.charCodeAt(p++);
    if (code === PERCENT) {
      if (pattern.charCodeAt(p) === 0) throw new LuaError("malformed pattern (ends with '%')");
      return p + 1;
    }
    if (code !== BRACKET) return p;
    if (pattern.charCodeAt(p) === CARET) p++;
    do {
      const element = pattern.charCodeAt(p++);
      if (element === 0) throw new LuaError("malformed pattern (missing ']')");
      if (element === PERCENT && pattern.charCodeAt(p) !== 0) p++;
    } while (pattern.charCodeAt(p) !== BRACKET_END);
    return p + 1;
  }

  #matchesItem(s: number, p: number, end: number): boolean {
    if (s >= this.#text.length) return false;
    this.#step();
    const code = this.#text.charCodeAt(s);
    const item = this.#pattern.charCodeAt(p);
    if (item === DOT) return true;
    if (item === PERCENT) return isInClass(code, this.#pattern.charCodeAt(p + 1));
    if (item === BRACKET) return this.#isInSet(code, p, end - 1);
    return item === code;
  }

  /** Whether a byte is in the set from `p`, its `[`, to `end`, its `]`. */
  #isInSet(code: number, p: number, end: number): boolean {
    const pattern = this.#pattern;
    const negated = pattern.charCodeAt(p + 1) === CARET;
    if (negated) p++;
    while (++p < end) {
      const element = pattern.charCodeAt(p);
      if (element === PERCENT) {
        if (isInClass(code, pattern.charCodeAt(++p))) return !negated;
      } else if (pattern.charCodeAt(p + 1) === MINUS && p + 2 < end) {
        p += 2;
        if (element <= code && code <= pattern.charCodeAt(p)) return !negated;
      } else if (element === code) return !negated;
    }
    return negated;
  }

  /** `%f[set]`: between a byte that is not in the set and one that is; both ends of the text count as null bytes. */
  #isFrontier(s: number, p: number, end: number): boolean {
    const before = s === 0 ? 0 : this.#text.charCodeAt(s - 1);
    const after = s < this.#text.length ? this.#text.charCodeAt(s) : 0;
    return !this.#isInSet(before, p, end) && this.#isInSet(after, p, end);
  }

  /** `%bxy`: from an `x` to the `y` that closes it. */
  #balanced(s: number, p: number): number {
    const open = this.#pattern.charCodeAt(p);
    const close = open === 0 ? 0 : this.#pattern.charCodeAt(p + 1);
    if (close === 0) throw new LuaError('unbalanced pattern');
    if (this.#text.charCodeAt(s) !== open) return -1;
    let depth = 1;
    for (let at = s + 1; at < this.#text.length; at++) {
      this.#step();
      const code = this.#text.charCodeAt(at);
      if (code === close) {
        if (--depth === 0) return at + 1;
      } else if (code === open) depth++;
    }
    return -1;
  }

  /** `%1` to `%9`: the same text once more. */
  #repeatedCapture(s: number, digit: number): number {
    const at = digit - ZERO - 1;
    const length = this.#lengths[at];
    if (length === undefined || length === UNFINISHED) throw new LuaError('invalid capture index');
    if (length === POSITION) return -1;
    const begin = this.#begins[at]!;
    return this.#text.startsWith(this.#text.slice(begin, begin + length), s) ? s + length : -1;
  }
}

import { LuaError } from './error.ts';
import { toNumber } from './number.ts';

const RESERVED = new Set([
  'and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'if', 'in', 'local', 'nil', 'not', 'or',
  'repeat', 'return', 'then', 'true', 'until', 'while',
]);
const LONG_OPERATORS = ['...', '..', '==', '>=', '<=', '~='];
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A reserved word or an operator is its own type; `<name>`, `<string>`, `<number>` have a value; `<eof>` ends all. */
export interface Token {
  type: string;
  /** A name, the bytes of a string. */
  text: string;
  /** How an error shows it. */
  shown: string;
  number: number;
  line: number;
}

/** Cuts a script into tokens (llex.c). Errors are those of Lua, with the position and what stands there. */
export class Lexer {
  /** The line of the token that was read last. */
  line = 1;
  private readonly source: string;
  private readonly chunk: string;
  private at = 0;

  /** `chunk`: the name that errors show, `user_script`. */
  constructor(source: string, chunk: string) {
    this.source = source;
    this.chunk = chunk;
    if (source.startsWith('#')) this.skipLine();
  }

  next(): Token {
    this.skipBlanks();
    const { source, at } = this;
    if (at >= source.length) return this.token('<eof>');
    const first = source.charAt(at);
    if (isNameStart(first)) return this.readName();
    if (isDigit(first) || (first === '.' && isDigit(source.charAt(at + 1)))) return this.readNumber();
    if (first === '.') return this.readDots();
    if (first === '"' || first === "'") return this.readString(first);
    if (first === '[') {
      const level = this.bracketLevel(at);
      if (level >= 0) return this.readLongString(level);
      if (level < -1) this.fail('invalid long string delimiter', source.slice(at, at - level));
    }
    const operator = LONG_OPERATORS.find((candidate) => source.startsWith(candidate, at)) ?? first;
    this.at += operator.length;
    return this.token(operator);
  }

  /** Throws `user_script:1: TEXT near 'NEAR'`. */
  fail(text: string, near?: string): never {
    // C's strings end at a zero byte, so an error shows nothing beyond one
    const shown = near === undefined ? text : `${text} near '${near.split('\0', 1)[0] ?? ''}'`;
    throw new LuaError(`${this.chunk}:${this.line}: ${shown}`, 0);
  }

  private token(type: string, text = '', number = 0, shown = text): Token {
    return { type, text, shown, number, line: this.line };
  }

  private skipBlanks(): void {
    const { source } = this;
    for (;;) {
      const code = source.charCodeAt(this.at);
      if (code === 10 || code === 13) this.newline();
      else if (code === 32 || (code >= 9 && code <= 12)) this.at++;
      else if (code === 45 && source.charCodeAt(this.at + 1) === 45) this.skipComment();
      else return;
    }
  }

  private skipComment(): void {
    this.at += 2;
    const level = this.source.charAt(this.at) === '[' ? this.bracketLevel(this.at) : -1;
    if (level >= 0) this.readLong(level, 'comment');
    else this.skipLine();
  }

  private skipLine(): void {
    while (this.at < this.source.length && !isNewline(this.source.charAt(this.at))) this.at++;
  }

  /** `\r\n` and `\n\r` are one end of a line. */
  private newline(): void {
    const first = this.source.charAt(this.at++);
    const second = this.source.charAt(this.at);
    if (isNewline(second) && second !== first) this.at++;
    this.line++;
  }

  private readName(): Token {
    const start = this.at;
    while (isNamePart(this.source.charAt(this.at))) this.at++;
    const name = this.source.slice(start, this.at);
    return RESERVED.has(name) ? this.token(name) : this.token('<name>', name);
  }

  /** One to three dots. C's `strchr` finds the null byte too, which counts as a dot after the first. */
  private readDots(): Token {
    const { source, at } = this;
    this.at++;
    while (this.at < at + 3 && /[.\0]/.test(source.charAt(this.at))) this.at++;
    return this.token('...'.slice(0, this.at - at));
  }

  private readNumber(): Token {
    const { source } = this;
    const start = this.at;
    while (isDigit(source.charAt(this.at)) || source.charAt(this.at) === '.') this.at++;
    // as for dots: a numeral goes on after one, and reads as what stands before it
    if (/[eE\0]/.test(source.charAt(this.at))) {
      this.at++;
      if (/[+\-\0]/.test(source.charAt(this.at))) this.at++;
    }
    while (isNamePart(source.charAt(this.at))) this.at++;
    const text = source.slice(start, this.at);
    const number = toNumber(text);
    if (number === undefined) this.fail('malformed number', text);
    return this.token('<number>', text, number);
  }

  private readString(quote: string): Token {
    const { source } = this;
    const start = this.at++;
    let text = '';
    for (;;) {
      const char = source.charAt(this.at);
      if (char === quote) break;
      if (this.at >= source.length) this.fail('unfinished string', '<eof>');
      if (isNewline(char)) this.fail('unfinished string', source.charAt(start) + text);
      if (char === '\\') {
        this.at++;
        text += this.readEscape(source.charAt(start) + text);
      } else {
        text += char;
        this.at++;
      }
    }
    this.at++;
    return this.token('<string>', text, 0, quote + text + quote);
  }

  private readEscape(before: string): string {
    const { source } = this;
    const char = source.charAt(this.at);
    if (isNewline(char)) {
      this.newline();
      return '\n';
    }
    if (isDigit(char)) {
      const digits = /^\d{1,3}/.exec(source.slice(this.at, this.at + 3))?.[0] ?? '';
      this.at += digits.length;
      if (Number(digits) > 255) this.fail('escape sequence too large', before);
      return String.fromCharCode(Number(digits));
    }
    if (this.at < source.length) this.at++;
    return ESCAPES[char] ?? char;
  }

  /** The number of `=` between two brackets, or minus the length of something that begins so and goes on otherwise. */
  private bracketLevel(at: number): number {
    let end = at + 1;
    while (this.source.charAt(end) === '=') end++;
    return this.source.charAt(end) === '[' ? end - at - 1 : at - end;
  }

  private readLongString(level: number): Token {
    const text = this.readLong(level, 'string');
    const equals = '='.repeat(level);
    return this.token('<string>', text, 0, `[${equals}[${text}]${equals}]`);
  }

  private readLong(level: number, what: 'string' | 'comment'): string {
    const { source } = this;
    const close = `]${'='.repeat(level)}]`;
    this.at += close.length;
    if (isNewline(source.charAt(this.at))) this.newline();
    const parts: string[] = [];
    let start = this.at;
    for (;;) {
      if (this.at >= source.length) this.fail(`unfinished long ${what}`, '<eof>');
      const char = source.charAt(this.at);
      if (char === ']' && source.startsWith(close, this.at)) break;
      if (isNewline(char)) {
        parts.push(source.slice(start, this.at), '\n');
        this.newline();
        start = this.at;
      } else {
        this.at++;
      }
    }
    parts.push(source.slice(start, this.at));
    this.at += close.length;
    return parts.join('');
  }
}

function isNameStart(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_';
}

function isNamePart(char: string): boolean {
  return isNameStart(char) || isDigit(char);
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function isNewline(char: string): boolean {
  return char === '\n' || char === '\r';
}

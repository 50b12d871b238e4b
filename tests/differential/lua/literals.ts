import type { Rng } from '../../harness/rng.ts';

/** A value that a script can be given as a literal: a list is a table of an array's shape, a Map any other table. */
export type Literal = undefined | boolean | number | string | Source | readonly Literal[] | ReadonlyMap<Literal, Literal>;

/** A fixed part of a script. */
export class Source {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The literal in Lua. */
export function toSource(value: Literal): string {
  if (value === undefined) return 'nil';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberSource(value);
  if (typeof value === 'string') return stringSource(value);
  if (value instanceof Source) return value.text;
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `[${toSource(key)}]=${toSource(item)}`).join(',')}}`;
  return `{${(value as readonly Literal[]).map(toSource).join(',')}}`;
}

/** A string of printable characters: each other byte as `\ddd`. */
export function stringSource(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`)}"`;
}

function numberSource(value: number): string {
  if (Number.isNaN(value)) return '(0/0)';
  if (!Number.isFinite(value)) return value > 0 ? '(1/0)' : '(-1/0)';
  // Lua 5.1 keeps one constant for 0 and -0 in a function: this is none.
  if (Object.is(value, -0)) return '(-zero)';
  return value < 0 ? `(${value})` : String(value);
}

const BYTES = ['a', 'b', 'c', 'A', 'Z', '1', '9', ' ', '.', '-', ']', '[', '(', ')', '%', '^', '_', '\n', '\t', '\0', '\x7f', '\x80', '\xff', '\r'];
const WORDS = ['', 'a', 'ab', 'abc', 'hello world', 'THE (quick) fox', 'a=1, b=2', '12', '0x10', '1e3', ' 5 ', 'a\0b', 'aaaa', '[[x]]', 'key', 'nil'];
const NUMBERS = [0, 1, 2, 3, -1, -2, 10, 100, 0.5, 1.5, -2.5, 3.99, 255, 256, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 1e15, 1e100, -1e30, 2 ** 63, 1 / 3, Infinity, -Infinity, NaN, -0];

export function randomString(rng: Rng): string {
  if (rng.chance(0.3)) return rng.pick(WORDS);
  if (rng.chance(0.05)) return rng.pick(BYTES).repeat(rng.int(90, 300));
  return Array.from({ length: rng.int(0, 12) }, () => (rng.chance(0.7) ? rng.pick(['a', 'b', 'c', '1', ' ']) : rng.pick(BYTES))).join('');
}

export function randomNumber(rng: Rng): number {
  if (rng.chance(0.4)) return rng.int(-12, 12);
  if (rng.chance(0.5)) return rng.pick(NUMBERS);
  if (rng.chance(0.5)) return rng.int(-(2 ** 40), 2 ** 40) / rng.pick([1, 2, 10, 1000]);
  return (rng.next() - 0.5) * 10 ** rng.int(-20, 20);
}

/** A value of any type that has a literal. Tables have one key, or those of an array: their order is not promised. */
export function randomLiteral(rng: Rng, depth = 0): Literal {
  const at = rng.int(0, depth < 3 ? 11 : 8);
  if (at <= 3) return randomString(rng);
  if (at <= 6) return randomNumber(rng);
  if (at === 7) return rng.chance(0.5);
  if (at === 8) return undefined;
  if (at <= 10) return Array.from({ length: rng.int(0, 4) }, () => randomLiteral(rng, depth + 1));
  const key = rng.pick<() => Literal>([() => randomString(rng), () => rng.int(-2, 30), () => rng.int(1, 300) / 4, () => rng.chance(0.5)])();
  return new Map([[key, randomLiteral(rng, depth + 1)]]);
}

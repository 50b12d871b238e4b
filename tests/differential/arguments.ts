import type { Rng } from '../harness/rng.ts';

export type Command = string[];

/**
 * Makers of arguments: small pools, so that commands meet; mostly valid, sometimes of the wrong type or out of range.
 */
export interface Arguments {
  readonly rng: Rng;
  /** A key of the family, and now and then one that holds another type. */
  key(): string;
  /** An element, member, or value: short, empty, binary, numeric, or long. */
  value(): string;
  field(): string;
  /** A small whole number, around zero. */
  int(low?: number, high?: number): string;
  /** An argument of INCRBY and similar commands: a small number, one near the limits of 64 bits, or no number at all. */
  number(): string;
  float(): string;
  /** An index or count into something short; sometimes far outside. */
  index(): string;
  pattern(): string;
  /** A time to live, in seconds: far in the future, or already over. */
  seconds(): string;
  milliseconds(): string;
  /** A point in time, in seconds since 1970: far in the future, or already over. */
  unixSeconds(): string;
  unixMilliseconds(): string;
  pick<T>(items: readonly T[]): T;
  /** These words, with this probability; else none. */
  maybe(probability: number, make: () => string[]): string[];
  /** `low` to `high` results of `make`, flattened. */
  some(low: number, high: number, make: () => string | string[]): string[];
}

const VALUES = [
  'a',
  'b',
  'c',
  'd',
  'e',
  '',
  '0',
  '1',
  '10',
  '-5',
  '3.25',
  'hello',
  'two words',
  '\r\n',
  '\0\xff\x80',
  'A',
];
const FIELDS = ['f1', 'f2', 'f3', 'f4', 'f5', '', '1', '\0\xfe'];
const NUMBERS = [
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775806',
  '9223372036854775808',
  '4611686018427387904',
];
const NOT_NUMBERS = ['abc', '', '1.5', ' 1', '1 ', '+1', '01', '-0', '1e3', '0x10', '--1', '12345678901234567890123'];
const FLOATS = [
  '0.1',
  '-0.1',
  '1.5',
  '3',
  '0',
  '1e3',
  '1.0e-5',
  '100000000000000000',
  '0.3333333333333333',
  '-2.75',
  '5e20',
];
const NOT_FLOATS = ['inf', '-inf', 'nan', 'abc', '', '1.5x', ' 1.5', '1e5000', '0x1p3'];
const PATTERNS = ['*', '?', 'f*', '*1', '[a-c]*', '[^a]', 'h?llo', '\\*', '', '[', 'k[12]', '**1', '*\\'];
const FAR_SECONDS = ['1000', '100000', '99999999'];
const ODD_TIMES = ['0', '-1', '-100', '9223372036854775807', '9223372036854775', 'abc', '1.5', ''];
const FAR_UNIX = ['4000000000', '5000000000'];

/** @param keys the family's pool @param others keys that hold other types, or nothing */
export function createArguments(rng: Rng, keys: readonly string[], others: readonly string[]): Arguments {
  const { pick, chance } = rng;
  const times = (far: readonly string[], unit: string) => (chance(0.85) ? pick(far) + unit : pick(ODD_TIMES));
  return {
    rng,
    pick,
    key: () => (chance(0.93) ? pick(keys) : pick(others)),
    value: () => (chance(0.95) ? pick(VALUES) : pick(['x', 'long ']).repeat(rng.int(20, 80))),
    field: () => (chance(0.97) ? pick(FIELDS) : 'field'.repeat(rng.int(10, 30))),
    int: (low = -3, high = 6) => String(rng.int(low, high)),
    number: () => pick([String(rng.int(-20, 20)), String(rng.int(-20, 20)), pick(NUMBERS), pick(NOT_NUMBERS)]),
    float: () => (chance(0.8) ? pick(FLOATS) : pick(NOT_FLOATS)),
    index: () => (chance(0.92) ? String(rng.int(-7, 7)) : pick([...NUMBERS, '100', '-100', 'abc', '1.5', ''])),
    pattern: () => pick(PATTERNS),
    seconds: () => times(FAR_SECONDS, ''),
    milliseconds: () => times(FAR_SECONDS, '000'),
    unixSeconds: () => times(FAR_UNIX, ''),
    unixMilliseconds: () => times(FAR_UNIX, '000'),
    maybe: (probability, make) => (chance(probability) ? make() : []),
    some: (low, high, make) => Array.from({ length: rng.int(low, high) }, make).flat(),
  };
}

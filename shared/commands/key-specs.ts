import { parseInt64 } from '#shared/numbers/int64.ts';

/** Which of a command's arguments are keys (Redis: `keySpec`). */
export interface KeySpec {
  /**
   * Redis's words: what is done to the key as a whole (RO, RW, OW, RM) and to its value (access, update, insert,
   * delete). `variable_flags`: that depends on other arguments; `incomplete`: there are further keys. In both cases the
   * row's `keysOf` knows. `not_key`: a name that only shares a key's slot in a cluster.
   */
  readonly flags: string;
  /**
   * Position of the first key, or the word after which it stands, looked for from `from` on (negative: from the end).
   * `unknown`: neither can describe it, and the row's `keysOf` finds those keys that can be found.
   */
  readonly begin: number | { readonly keyword: string; readonly from: number } | 'unknown';
  readonly find: KeyRange | KeyCount;
}

/** Every `step`th argument up to `last`: relative to the first key; negative: from the end. `limit` 2: half of them. */
interface KeyRange {
  readonly last: number;
  readonly step: number;
  readonly limit: number;
}

/** The argument at `begin` is a number of keys; the keys follow. */
interface KeyCount {
  readonly numkeys: true;
}

/** One key at a fixed position. */
export function keyAt(position: number, flags: string): KeySpec {
  return { flags, begin: position, find: { last: 0, step: 1, limit: 0 } };
}

/** Keys from a position to `last` (-1: the last argument), every `step`th. */
export function keyRange(position: number, last: number, step: number, flags: string): KeySpec {
  return { flags, begin: position, find: { last, step, limit: 0 } };
}

/** `numkeys key [key …]`, with the number at `position`. */
export function keyCount(position: number, flags: string): KeySpec {
  return { flags, begin: position, find: { numkeys: true } };
}

/** `STREAMS key [key …] id [id …]`: the first half of what follows the word. */
export function keysBehind(keyword: string, from: number, flags: string): KeySpec {
  return { flags, begin: { keyword, from }, find: { last: -1, step: 1, limit: 2 } };
}

/** `STORE key`: the one key after the word, which is looked for from an argument on. */
export function keyAfter(keyword: string, from: number, flags: string): KeySpec {
  return { flags, begin: { keyword, from }, find: { last: 0, step: 1, limit: 0 } };
}

/** Keys whose place no spec can describe, such as those named by an element of the list that SORT sorts. */
export function keySomewhere(flags: string): KeySpec {
  return { flags, begin: 'unknown', find: { last: 0, step: 1, limit: 0 } };
}

export interface FoundKey {
  readonly key: string;
  /** Redis's words, as in `KeySpec`. */
  readonly flags: string;
}

/** The keys of a request, in the specs' order; none when an argument is wrong (Redis: `getKeysUsingKeySpecs`). */
export function findKeys(specs: readonly KeySpec[], args: readonly string[]): FoundKey[] {
  const found: FoundKey[] = [];
  for (const spec of specs) {
    const first = namesKeys(spec) ? firstPosition(spec, args) : undefined;
    if (first === undefined) continue;
    const positions = positionsOf(spec.find, first, args);
    if (positions === undefined) return [];
    for (let at = positions.first; at <= positions.last; at += positions.step) found.push({ key: args[at]!, flags: spec.flags });
  }
  return found;
}

/** False for what is hashed to a slot as a key is, such as a shard channel. */
export function namesKeys({ flags }: KeySpec): boolean {
  return !flags.includes('not_key');
}

/** Undefined when the keyword is not there. As the last argument it is not seen, since no key could follow. */
function firstPosition({ begin }: KeySpec, args: readonly string[]): number | undefined {
  if (typeof begin === 'number') return begin;
  if (begin === 'unknown') return undefined;
  const { keyword, from } = begin;
  const forward = from > 0;
  const end = forward ? args.length - 1 : 1;
  for (let i = forward ? from : args.length + from; forward ? i < end : i > end; i += forward ? 1 : -1) {
    if (args[i]!.toUpperCase() === keyword) return i + 1;
  }
  return undefined;
}

/** Undefined when the keys would begin or end past the last argument, or when there are none. */
function positionsOf(find: KeyRange | KeyCount, begin: number, args: readonly string[]): Positions | undefined {
  let [first, last, step] = [begin, begin, 1];
  if ('numkeys' in find) {
    const count = parseInt64(args[begin] ?? '');
    if (count === undefined) return undefined;
    first++;
    last += Number(count);
  } else {
    last = lastPosition(find, begin, args.length);
    step = find.step;
  }
  return first <= last && last < args.length ? { first, last, step } : undefined;
}

interface Positions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

function lastPosition({ last, limit }: KeyRange, first: number, length: number): number {
  if (last >= 0) return first + last;
  if (limit === 0) return length + last;
  return first + Math.floor((length - first) / limit) + last;
}

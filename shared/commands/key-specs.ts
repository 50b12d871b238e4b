/**
 * Where a command's keys stand among its arguments (Redis: `keySpec`). `flags` are Redis's words: what is done to the
 * key as a whole (RO, RW, OW, RM) and to its value (access, update, insert, delete).
 */
export interface KeySpec {
  readonly flags: string;
  /**
   * Position of the first key, or the word behind which it stands, looked for from `from` on (negative: from the end).
   */
  readonly begin: number | { readonly keyword: string; readonly from: number };
  readonly find: KeyRange | KeyCount;
}

/** Every `step`th argument up to `last`: relative to the first key; negative: from the end. `limit` 2: half of them. */
interface KeyRange {
  readonly last: number;
  readonly step: number;
  readonly limit: number;
}

/** A number of keys stands at `begin`; the keys follow. */
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

export interface FoundKey {
  readonly key: string;
  readonly flags: string;
}

/** The keys of a request, in the specs' order (Redis: `getKeysUsingKeySpecs`). One out of range ends the search. */
export function findKeys(specs: readonly KeySpec[], args: readonly string[]): FoundKey[] {
  return specs.flatMap((spec) => {
    const first = firstPosition(spec, args);
    if (first === undefined || first >= args.length) return [];
    return positions(spec.find, first, args).map((at) => ({ key: args[at]!, flags: spec.flags }));
  });
}

function firstPosition(spec: KeySpec, args: readonly string[]): number | undefined {
  const { begin } = spec;
  if (typeof begin === 'number') return begin;
  const step = begin.from < 0 ? -1 : 1;
  for (let i = begin.from < 0 ? args.length + begin.from : begin.from; i > 0 && i < args.length; i += step) {
    if (args[i]!.toUpperCase() === begin.keyword) return i + 1;
  }
  return undefined;
}

function positions(find: KeyRange | KeyCount, first: number, args: readonly string[]): number[] {
  const found: number[] = [];
  if ('numkeys' in find) {
    const count = Number(args[first]);
    for (let i = first + 1; i <= first + count && i < args.length; i++) found.push(i);
    return found;
  }
  let last = find.last >= 0 ? first + find.last : args.length + find.last;
  if (find.limit > 1) last = first + Math.floor((args.length - first) / find.limit) - 1;
  for (let i = first; i <= last && i < args.length; i += find.step) found.push(i);
  return found;
}

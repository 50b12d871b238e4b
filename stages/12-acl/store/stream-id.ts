import { normalizeInt64, parseInt64 } from '#shared/numbers/int64.ts';
import { shortStrings } from '#shared/resp/short-string.ts';

/** An unsigned 64-bit integer: a number while that is exact, else a bigint. `<` and `===` work on any two of them. */
export type Uint64 = number | bigint;

/** What names an entry: Unix time in ms, and a sequence number within that millisecond (Redis: `streamID`). */
export interface StreamId {
  readonly ms: Uint64;
  readonly seq: Uint64;
}

export const UINT64_MAX = 2n ** 64n - 1n;
export const MIN_ID: StreamId = { ms: 0, seq: 0 };
export const MAX_ID: StreamId = { ms: UINT64_MAX, seq: UINT64_MAX };

/** Negative, zero or positive, as for `sort` (Redis: `streamCompareID`). */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** Whether it is `0-0`, which no entry can have. */
export function isZero(id: StreamId): boolean {
  return id.ms === 0 && id.seq === 0;
}

/** As clients see it: `1526919030474-55`. */
export function idText({ ms, seq }: StreamId): string {
  if (ms !== spelledMs) spellMs(ms);
  if (typeof seq !== 'number' || seq > MAX_QUICK_SEQ) return `${ms}-${seq}`;
  let end = spelledLength + 1;
  for (let rest = seq; rest > 9; rest = Math.trunc(rest / 10)) end++;
  let at = end;
  for (let rest = seq; at > spelledLength; rest = Math.trunc(rest / 10)) SPELLED[--at] = ZERO + (rest % 10);
  return shortStrings[end]!(SPELLED, 0);
}

/**
 * The latest first half with its dash, and room for the other half: entries that follow each other mostly share it, and a
 * string that is made at once need not be flattened when it is sent.
 */
const SPELLED = new Uint8Array(28);
const MAX_QUICK_SEQ = 999_999;
const ZERO = 0x30;
let spelledMs: Uint64 = -1;
let spelledLength = 0;

function spellMs(ms: Uint64): void {
  const text = `${ms}-`;
  for (let i = 0; i < text.length; i++) SPELLED[i] = text.charCodeAt(i);
  spelledMs = ms;
  spelledLength = text.length;
}

/** `ms-seq`, or `ms` alone with `missingSeq`; undefined when it is neither (Redis: `streamGenericParseIDOrReply`). */
export function parseId(text: string, missingSeq: Uint64 = 0): StreamId | undefined {
  const dash = text.indexOf('-');
  const ms = parseUint64(dash < 0 ? text : text.slice(0, dash));
  const seq = dash < 0 ? missingSeq : parseUint64(text.slice(dash + 1));
  return ms === undefined || seq === undefined ? undefined : { ms, seq };
}

/** As lenient as `strtoull`, to which Redis falls back: blanks before, a plus, leading zeros (Redis: `string2ull`). */
export function parseUint64(text: string): Uint64 | undefined {
  const strict = parseInt64(text);
  if (strict !== undefined) return strict < 0 ? undefined : strict;
  const lenient = /^[\t-\r ]*\+?(\d{1,100})$/.exec(text);
  if (lenient === null) return undefined;
  const value = BigInt(lenient[1]!);
  return value > UINT64_MAX ? undefined : normalizeInt64(value);
}

/** The smallest ID after this one; undefined after the last of all (Redis: `streamIncrID`). */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== UINT64_MAX) return { ms, seq: increment(seq) };
  return ms === UINT64_MAX ? undefined : { ms: increment(ms), seq: 0 };
}

/** The greatest ID before this one; undefined before the first of all (Redis: `streamDecrID`). */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: subtract(seq, 1) };
  return ms === 0 ? undefined : { ms: subtract(ms, 1), seq: UINT64_MAX };
}

/** Exact; callers look first whether it is the greatest. */
export function increment(value: Uint64): Uint64 {
  return typeof value === 'number' && value < Number.MAX_SAFE_INTEGER ? value + 1 : BigInt(value) + 1n;
}

/** Exact; the difference may be negative. */
export function subtract(a: Uint64, b: Uint64): Uint64 {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return normalizeInt64(BigInt(a) - BigInt(b));
}

import { CodecError } from './codec-error.ts';

// LZF, as liblzf and Redis have it. Each step begins with a control byte:
//   000nnnnn                      n + 1 bytes follow as they are
//   lllooooo oooooooo             l + 2 bytes again, from o + 1 bytes back; l is 1 to 6
//   111ooooo llllllll oooooooo    l + 9 bytes again, from o + 1 bytes back
const MAX_LITERALS = 32;
const MIN_MATCH = 3;
const MAX_MATCH = 264;
const MAX_DISTANCE = 8192;

/** Compressed or not, Redis's strings are no longer (`proto-max-bulk-len`), nor are those of V8. */
const MAX_LENGTH = 512 * 1024 * 1024;
/** The number of bytes that compression must save, or Redis stores the string as it is (`rdbSaveLzfStringObject`). */
const MIN_SAVED = 4;

/** Between two places that are looked at, where nothing matches. */
const MAX_SKIPPED = 15;

const HASH_BITS = 14;
/**
 * Where three bytes of this hash were last seen, as `base` + position. The table is never cleared between calls: each
 * has its own range of values above those of earlier ones, and what lies below `base` is not of this input.
 */
const seen = new Int32Array(1 << HASH_BITS);
let base = 1;

const SCRATCH_BYTES = 64 * 1024;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** @returns the input compressed, or undefined when that would not be at least 4 bytes shorter */
export function lzfCompress(input: Uint8Array): Buffer | undefined {
  const limit = input.length - MIN_SAVED;
  if (limit < 1 || input.length > MAX_LENGTH) return undefined;
  const output = limit <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(limit);
  const length = compressInto(output, limit, input);
  if (length === 0) return undefined;
  if (output !== scratch) return output.subarray(0, length);
  const result = Buffer.allocUnsafe(length);
  scratch.copy(result, 0, 0, length);
  return result;
}

/**
 * Undoes `lzfCompress`, or liblzf's `lzf_compress`.
 * @param length what must come out, in bytes; memory is taken only for as many as this input may give
 * @throws CodecError when the input is damaged or gives another length
 */
export function lzfDecompress(input: Uint8Array, length: number): Buffer {
  // No step gives more than 264 bytes for 3.
  if (!(length >= 0 && length <= MAX_LENGTH && length <= (input.length * MAX_MATCH) / 3)) {
    throw new CodecError(`LZF: ${input.length} bytes cannot hold ${length}`);
  }
  const output = Buffer.allocUnsafe(length);
  const inputEnd = input.length;
  let from = 0;
  let to = 0;
  while (from < inputEnd) {
    const control = input[from++]!;
    if (control < MAX_LITERALS) {
      const end = from + control + 1;
      if (end > inputEnd) throw new CodecError('LZF: the input ends too early');
      if (to + control >= length) throw tooLong(length);
      while (from < end) output[to++] = input[from++]!;
      continue;
    }
    const isLong = control >= 0xe0;
    if (from + (isLong ? 2 : 1) > inputEnd) throw new CodecError('LZF: the input ends too early');
    const matched = isLong ? input[from++]! + 9 : (control >> 5) + 2;
    let source = to - ((control & 0x1f) << 8) - input[from++]! - 1;
    const end = to + matched;
    if (source < 0) throw new CodecError('LZF: a reference to before the start');
    if (end > length) throw tooLong(length);
    // Byte by byte: source and target may overlap, which repeats what lies between them.
    while (to < end) output[to++] = output[source++]!;
  }
  if (to !== length) throw new CodecError(`LZF: ${to} bytes came out, not ${length}`);
  return output;
}

function tooLong(length: number): CodecError {
  return new CodecError(`LZF: more than ${length} bytes came out`);
}

/** @returns the bytes written, or 0 when they would be more than `limit` */
function compressInto(output: Buffer, limit: number, input: Uint8Array): number {
  if (base + input.length > 0x7fffffff) {
    seen.fill(0);
    base = 1;
  }
  const first = base;
  base += input.length;

  const lastStart = input.length - MIN_MATCH;
  let written = 0;
  let literals = 0;
  let at = 0;
  while (at <= lastStart) {
    const slot = hash(input[at]!, input[at + 1]!, input[at + 2]!);
    const candidate = seen[slot]! - first;
    seen[slot] = first + at;
    if (candidate < 0 || at - candidate > MAX_DISTANCE || !sameThree(input, candidate, at)) {
      // Where nothing has matched for long, nothing is likely to: look at fewer places.
      at += 1 + Math.min((at - literals) >> 6, MAX_SKIPPED);
      continue;
    }
    const matched = matchLength(input, candidate, at);
    const literalBytes = at - literals;
    if (written + storedSize(literalBytes) + (matched > 8 ? 3 : 2) > limit) return 0;
    written = storeLiterals(output, written, input, literals, at);
    const distance = at - candidate - 1;
    if (matched > 8) {
      output[written++] = 0xe0 | (distance >> 8);
      output[written++] = matched - 9;
    } else {
      output[written++] = ((matched - 2) << 5) | (distance >> 8);
    }
    output[written++] = distance & 0xff;
    at += matched;
    literals = at;
    // The last two places in the match, too, may be the start of a later one.
    if (at - 1 <= lastStart) {
      seen[hash(input[at - 2]!, input[at - 1]!, input[at]!)] = first + at - 2;
      seen[hash(input[at - 1]!, input[at]!, input[at + 1]!)] = first + at - 1;
    }
  }
  if (written + storedSize(input.length - literals) > limit) return 0;
  return storeLiterals(output, written, input, literals, input.length);
}

function hash(a: number, b: number, c: number): number {
  return Math.imul((a << 16) | (b << 8) | c, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function sameThree(input: Uint8Array, a: number, b: number): boolean {
  return input[a] === input[b] && input[a + 1] === input[b + 1] && input[a + 2] === input[b + 2];
}

function matchLength(input: Uint8Array, earlier: number, at: number): number {
  const max = Math.min(MAX_MATCH, input.length - at);
  let length = MIN_MATCH;
  while (length < max && input[earlier + length] === input[at + length]) length++;
  return length;
}

function storedSize(literals: number): number {
  return literals + Math.ceil(literals / MAX_LITERALS);
}

function storeLiterals(output: Buffer, to: number, input: Uint8Array, start: number, end: number): number {
  while (start < end) {
    const runEnd = Math.min(start + MAX_LITERALS, end);
    output[to++] = runEnd - start - 1;
    while (start < runEnd) output[to++] = input[start++]!;
  }
  return to;
}

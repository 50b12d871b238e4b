export type BitOperation = 'and' | 'or' | 'xor' | 'not';

/**
 * Combines strings of bytes bit by bit into `out`, which is as long as the longest of them and filled with zeros; a shorter one
 * counts as if zeros followed it (Redis: `bitopCommand`). `not` takes one source.
 */
export function combineBits(operation: BitOperation, sources: readonly Uint8Array[], out: Uint8Array): void {
  out.set(sources[0]!);
  if (operation === 'not') return invert(out);
  for (let i = 1; i < sources.length; i++) combineInto(out, operation, sources[i]!);
}

function combineInto(out: Uint8Array, operation: Exclude<BitOperation, 'not'>, source: Uint8Array): void {
  const inWords = ((out.byteOffset | source.byteOffset) & 3) === 0 ? source.length & ~3 : 0;
  if (inWords > 0) combineEach(operation, wordsOf(out, inWords), wordsOf(source, inWords));
  combineEach(operation, out.subarray(inWords, source.length), source.subarray(inWords));
  if (operation === 'and') out.fill(0, source.length);
}

function combineEach(operation: 'and' | 'or' | 'xor', out: Uint8Array | Int32Array, source: Uint8Array | Int32Array): void {
  const { length } = source;
  if (operation === 'and') for (let i = 0; i < length; i++) out[i]! &= source[i]!;
  else if (operation === 'or') for (let i = 0; i < length; i++) out[i]! |= source[i]!;
  else for (let i = 0; i < length; i++) out[i]! ^= source[i]!;
}

function invert(out: Uint8Array): void {
  const inWords = (out.byteOffset & 3) === 0 ? out.length & ~3 : 0;
  const words = wordsOf(out, inWords);
  for (let i = 0; i < words.length; i++) words[i] = ~words[i]!;
  for (let i = inWords; i < out.length; i++) out[i] = ~out[i]!;
}

/** The first bytes as words of 32 bits: they must begin at a multiple of four, unless there are none. */
function wordsOf(bytes: Uint8Array, length: number): Int32Array {
  return length === 0 ? new Int32Array(0) : new Int32Array(bytes.buffer, bytes.byteOffset, length >>> 2);
}

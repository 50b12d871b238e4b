/**
 * Glob-style matching of binary strings as Redis's `stringmatchlen` does it: `*`, `?`, `[abc]`, `[^a]`, `[a-z]`, and
 * `\` to take the next character literally. Odd cases are Redis's too: an unclosed `[` matches to the pattern's end,
 * and the empty text matches the empty pattern alone, not even `*` (which Redis's commands look for first). Linear in
 * practice: on a mismatch only the latest `*` is tried again.
 */
export function globMatch(pattern: string, text: string, ignoreCase = false): boolean {
  if (ignoreCase) return match(asciiLower(pattern), asciiLower(text));
  return match(pattern, text);
}

/** As C's `tolower`: a byte above 0x7f has no case. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function match(pattern: string, text: string): boolean {
  if (text === '') return pattern === '';
  let p = 0;
  let t = 0;
  let starPattern = -1;
  let starText = 0;
  for (;;) {
    if (p < pattern.length && pattern[p] === '*') {
      starPattern = ++p;
      starText = t;
      continue;
    }
    if (t === text.length) return restIsStars(pattern, p);
    const next = p < pattern.length ? matchOne(pattern, p, text[t]!) : -1;
    if (next !== -1) {
      p = next;
      t++;
    } else if (starPattern !== -1) {
      p = starPattern;
      t = ++starText;
    } else return false;
  }
}

function restIsStars(pattern: string, from: number): boolean {
  for (let p = from; p < pattern.length; p++) if (pattern[p] !== '*') return false;
  return true;
}

/** The position after the pattern's element at `p` if it takes `char`, else -1. */
function matchOne(pattern: string, p: number, char: string): number {
  const element = pattern[p]!;
  if (element === '?') return p + 1;
  if (element === '[') return matchClass(pattern, p + 1, char);
  if (element === '\\' && p + 1 < pattern.length) return pattern[p + 1] === char ? p + 2 : -1;
  return element === char ? p + 1 : -1;
}

function matchClass(pattern: string, start: number, char: string): number {
  let p = start;
  const negated = pattern[p] === '^';
  if (negated) p++;
  let found = false;
  while (p < pattern.length && pattern[p] !== ']') {
    if (pattern[p] === '\\' && p + 1 < pattern.length) {
      if (pattern[p + 1] === char) found = true;
      p += 2;
    } else if (pattern[p + 1] === '-' && p + 2 < pattern.length) {
      const [low, high] = [pattern[p]!, pattern[p + 2]!].sort() as [string, string];
      if (char >= low && char <= high) found = true;
      p += 3;
    } else {
      if (pattern[p] === char) found = true;
      p++;
    }
  }
  return found !== negated ? Math.min(p + 1, pattern.length) : -1;
}

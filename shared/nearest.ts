/**
 * The candidate that is fewest typing mistakes away, for its length. One with the same letters in another order comes
 * first, then the shortest of those that begin with the word: `prot` is `port`, and `prote` is `protected-mode`.
 */
export function nearest(word: string, candidates: readonly string[]): string {
  const typed = word.toLowerCase();
  const cost = (name: string) => {
    if (sortedLetters(name) === sortedLetters(typed)) return -1;
    if (typed !== '' && name.startsWith(typed)) return -1 / name.length;
    return editDistance(typed, name) / Math.max(typed.length, name.length);
  };
  return candidates.reduce((best, name) => (cost(name) < cost(best) ? name : best));
}

/**
 * The candidate that was probably meant, or undefined: it begins with the word, has the same letters, or is one or two
 * mistakes away, and fewer than half of its letters are wrong.
 */
export function likely(word: string, candidates: readonly string[]): string | undefined {
  if (word === '') return undefined;
  const typed = word.toLowerCase();
  const near = nearest(typed, candidates);
  const mistakes = editDistance(typed, near);
  const isClose = mistakes <= 2 && 2 * mistakes < Math.max(typed.length, near.length);
  return isClose || near.startsWith(typed) || sortedLetters(near) === sortedLetters(typed) ? near : undefined;
}

function sortedLetters(word: string): string {
  return [...word].sort().join('');
}

/** Levenshtein's distance: insertions, deletions and replacements of one character each. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

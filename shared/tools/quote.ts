/** A word as a shell takes it back: quoted when it must be. */
export function quoted(word: string): string {
  return /^[\w./:@=,~+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

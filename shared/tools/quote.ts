/** A word as a shell takes it back: quoted when it must be. On Windows that is cmd, which understands only double quotes. */
export function quoted(word: string, platform = process.platform): string {
  if (/^[\w./:@=,~+-]+$/.test(word)) return word;
  if (platform !== 'win32') return `'${word.replaceAll("'", `'\\''`)}'`;
  return /^[\w./:@=,~+\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
}

/** A word between double quotes, as it is typed in a shell. */
export function doubleQuoted(word: string): string {
  return `"${word.replace(/["\\$`]/g, '\\$&')}"`;
}

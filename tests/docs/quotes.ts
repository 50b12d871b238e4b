/**
 * Whether lines of a document stand in a file, word for word and in one piece. A line that is `…` alone (indented or
 * not) stands for any lines in between.
 */
export function isQuoted(lines: readonly string[], source: string): boolean {
  const all = source.split('\n');
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (/^\s*(\/\/ )?…$/.test(line)) parts.push([]);
    else parts.at(-1)!.push(line.trimEnd());
  }
  let from = 0;
  return parts.every((part) => {
    const at = find(all, part, from);
    from = at + part.length;
    return at !== -1;
  });
}

function find(all: readonly string[], part: readonly string[], from: number): number {
  for (let at = from; at + part.length <= all.length; at++) {
    if (part.every((line, i) => all[at + i]!.trimEnd() === line)) return at;
  }
  return -1;
}

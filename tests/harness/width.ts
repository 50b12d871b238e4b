/** How far the reporter indents the text of a failure. */
export const INDENT_COLUMNS = 4;

/** The text, or its beginning and an ellipsis, at most `columns` wide. */
export function clip(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text;
}

/** The text in lines of at most `columns` characters, broken between words. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const PIPED_COLUMNS = 100;

/** How wide lines may be: as wide as the terminal, or 100 columns where the output is no terminal. */
export function terminalWidth(): number {
  return Math.max(40, process.stdout.isTTY ? (process.stdout.columns ?? PIPED_COLUMNS) : PIPED_COLUMNS);
}

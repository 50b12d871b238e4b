/**
 * Splits a line into words as Redis's `sdssplitargs` does: blanks separate; "double quotes" know \n \r \t \b \a \" \\ and
 * \xHH; 'single quotes' know \' alone. Used for inline commands and for lines of redis.conf.
 * @returns the words, or null when quotes are unbalanced or a closing quote is not followed by a blank.
 */
export function splitArguments(line: string): string[] | null {
  const words: string[] = [];
  let i = 0;
  for (;;) {
    while (i < line.length && isBlank(line[i]!)) i++;
    if (i >= line.length) return words;
    let word = '';
    let quote = '';
    for (;;) {
      const char = line[i];
      if (quote !== '') {
        if (char === undefined) return null;
        if (char === '\\' && quote === '"') {
          const hex = /^\\x([0-9a-fA-F]{2})/.exec(line.slice(i, i + 4));
          word += hex ? String.fromCharCode(parseInt(hex[1]!, 16)) : escaped(line[i + 1]);
          i += hex ? 4 : 2;
        } else if (char === '\\' && line[i + 1] === "'") {
          word += "'";
          i += 2;
        } else if (char === quote) {
          i++;
          if (i < line.length && !isBlank(line[i]!)) return null;
          quote = '';
          break;
        } else {
          word += char;
          i++;
        }
      } else if (char === undefined || isBlank(char) || char === '\0') break;
      else if (char === '"' || char === "'") {
        quote = char;
        i++;
      } else {
        word += char;
        i++;
      }
    }
    words.push(word);
    if (line[i] === '\0') return words;
  }
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\v' || char === '\f';
}

function escaped(char: string | undefined): string {
  const known: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
  return char === undefined ? '' : (known[char] ?? char);
}

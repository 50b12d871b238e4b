/**
 * Splits a line into words as Redis's `sdssplitargs` does: spaces separate; "double quotes" understand \n \r \t \b \a \" \\
 * and \xHH; 'single quotes' understand only \'. Used for inline commands and for lines of redis.conf. A NUL ends the line.
 * @returns the words, or null when quotes are unbalanced or a closing quote is not followed by a blank.
 */
export function splitArguments(line: string): string[] | null {
  const nul = line.indexOf('\0');
  const end = nul === -1 ? line.length : nul;
  const words: string[] = [];
  let i = 0;
  for (;;) {
    while (i < end && isSpace(line[i]!)) i++;
    if (i === end) return words;
    let word = '';
    let quote = '';
    while (i < end) {
      const char = line[i]!;
      if (quote === '') {
        if (endsWord(char)) break;
        if (char === '"' || char === "'") quote = char;
        else word += char;
        i++;
      } else if (char === quote) {
        i++;
        if (i < end && !isSpace(line[i]!)) return null;
        quote = '';
        break;
      } else if (char === '\\' && i + 1 < end && (quote === '"' || line[i + 1] === "'")) {
        const hex = quote === '"' && /^\\x([0-9a-fA-F]{2})/.exec(line.slice(i, Math.min(i + 4, end)));
        word += hex ? String.fromCharCode(parseInt(hex[1]!, 16)) : escaped(line[i + 1]!);
        i += hex ? 4 : 2;
      } else {
        word += char;
        i++;
      }
    }
    if (quote !== '') return null;
    words.push(word);
  }
}

/** C's `isspace`; two of these separate words, but do not end one. */
function isSpace(char: string): boolean {
  return endsWord(char) || char === '\v' || char === '\f';
}

function endsWord(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function escaped(char: string): string {
  return ESCAPES[char] ?? char;
}

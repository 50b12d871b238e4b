/** A command line as redis-cli takes it: words that need quotes get them; those longer than `longest` are cut. */
export function showCommand(args: readonly string[], longest = 200): string {
  return args.map((word) => showWord(word, longest)).join(' ');
}

/** A binary string between double quotes, as redis-cli prints bulk strings: \n \r \t \a \b \" \\ and \xHH. */
export function quoted(bytes: string): string {
  return `"${escapeBytes(bytes)}"`;
}

/** The inside of `quoted`. */
export function escapeBytes(bytes: string): string {
  return Array.from(bytes, escapeByte).join('');
}

const NAMED: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
  '"': '\\"',
  '\\': '\\\\',
};

function showWord(word: string, longest: number): string {
  if (word.length > longest) return `${showWord(word.slice(0, 40), longest)}…(${word.length} bytes)`;
  return /^[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(word) ? word : quoted(word);
}

function escapeByte(char: string): string {
  const named = NAMED[char];
  if (named !== undefined) return named;
  const code = char.charCodeAt(0);
  return code >= 0x20 && code < 0x7f ? char : `\\x${code.toString(16).padStart(2, '0')}`;
}

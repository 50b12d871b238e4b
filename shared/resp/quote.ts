/** A binary string as Redis shows it to humans: in double quotes, with `\n`, `\x00` and the like (`sdscatrepr`). */
export function quote(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, escape)}"`;
}

function escape(char: string): string {
  return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

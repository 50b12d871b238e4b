import { children } from './children.ts';
import { quoted } from './show.ts';

/** What redis-cli prints for the reply to a command: a few reports are shown as they are, all else by `cliFormat`. */
export function cliReply(command: readonly string[], raw: string): string {
  const isReport = /^(INFO|LOLWUT|CLIENT (LIST|INFO)|CLUSTER INFO)( |$)/i.test(command.join(' '));
  return isReport && /^\$\d/.test(raw) ? body(raw).replace(/\r?\n$/, '') : cliFormat(raw);
}

/** An encoded reply as redis-cli prints it on a terminal (`cliFormatReplyTTY`), without the last line break. */
export function cliFormat(raw: string, indent = ''): string {
  const line = raw.slice(1, raw.indexOf('\r\n'));
  switch (raw[0]) {
    case '+':
      return line;
    case '-':
      return `(error) ${line}`;
    case ':':
      return `(integer) ${line}`;
    case ',':
      return `(double) ${line}`;
    case '#':
      return line === 't' ? '(true)' : '(false)';
    case '_':
      return '(nil)';
    case '$':
      return line === '-1' ? '(nil)' : quoted(body(raw));
    case '=':
      return body(raw).slice('txt:'.length).replace(/\n$/, '');
    case '%':
      return line === '0' ? '(empty hash)' : mapLines(children(raw), indent);
    case '~':
      return line === '0' ? '(empty set)' : lines(children(raw), '~', indent);
    default:
      if (line === '-1') return '(nil)';
      return line === '0' ? '(empty array)' : lines(children(raw), ')', indent);
  }
}

function body(raw: string): string {
  return raw.slice(raw.indexOf('\r\n') + 2, -2);
}

function lines(items: readonly string[], sign: string, indent: string): string {
  return numbered(items.length, sign, indent, (at, inner) => cliFormat(items[at]!, inner));
}

function mapLines(items: readonly string[], indent: string): string {
  return numbered(items.length / 2, '#', indent, (at, inner) => {
    const value = items[at * 2 + 1]!;
    return `${cliFormat(items[at * 2]!, inner)} => ${isNested(value) ? `\n${inner}` : ''}${cliFormat(value, inner)}`;
  });
}

/** `1) `, `2) `…, right-aligned; what is inside begins under the first character after the number. */
function numbered(count: number, sign: string, indent: string, item: (at: number, indent: string) => string): string {
  const width = String(count).length;
  const inner = indent + ' '.repeat(width + 2);
  return Array.from({ length: count }, (_, at) => {
    const number = `${String(at + 1).padStart(width)}${sign} `;
    return (at === 0 ? '' : indent) + number + item(at, inner);
  }).join('\n');
}

/** A map's value that is an array or a map with something in it begins on a line of its own. */
function isNested(value: string): boolean {
  return '*%>'.includes(value[0]!) && !/^.(0|-1)\r\n/.test(value);
}

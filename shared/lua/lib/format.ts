import { argumentError, checkNumber, checkString } from '../arguments.ts';
import { LuaError, type LuaValue } from '../value.ts';
import type { LibraryHost } from './host.ts';
import { printNumber } from '../number-text.ts';
import { TextBuilder } from './text-builder.ts';

/** One `%` of a format: flags, width of two digits at most, precision likewise, and what is to be printed. */
const ITEM = /([-+ #0]*)(\d?\d?)(?:(\.)(\d?\d?))?/y;
const MAX_FLAGS = 5;
/** A string of this length or more is not padded, unless a precision is given. */
const LONG = 100;

/** `string.format`: C's `printf`, with `%q` for what Lua can read again, and without `%a`, `%n`, `%p` and lengths. */
export function formatText(args: readonly LuaValue[], host: LibraryHost): string {
  const format = checkString(args, 0);
  const text = new TextBuilder(host);
  let value = 0;
  let from = 0;
  for (;;) {
    const at = format.indexOf('%', from);
    if (at === -1) break;
    text.add(format.slice(from, at));
    if (format[at + 1] === '%') {
      text.add('%');
      from = at + 2;
      continue;
    }
    if (++value >= args.length) throw argumentError(value, 'no value');
    ITEM.lastIndex = at + 1;
    const [all = '', flags = '', width = '', point, digits] = ITEM.exec(format) ?? [];
    if (flags.length > MAX_FLAGS) throw new LuaError('invalid format (repeated flags)');
    const end = at + 1 + all.length;
    const conversion = format[end] ?? '\0';
    if (/\d/.test(conversion)) throw new LuaError('invalid format (width or precision too long)');
    const precision = point === undefined ? undefined : Number(digits);
    text.add(formatItem(args, value, { conversion, flags, width: Number(width), precision }));
    from = end + 1;
  }
  text.add(format.slice(from));
  return text.toString();
}

interface Item {
  readonly conversion: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function formatItem(args: readonly LuaValue[], at: number, item: Item): string {
  switch (item.conversion) {
    case 'c':
      return cString(pad(String.fromCharCode(lastByte(checkNumber(args, at))), item));
    case 'i':
      return printNumber(checkNumber(args, at), { ...item, conversion: 'd' });
    case 'd':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'e':
    case 'E':
    case 'f':
    case 'g':
    case 'G':
      return printNumber(checkNumber(args, at), item);
    case 'q':
      return quote(checkString(args, at));
    case 's': {
      const text = checkString(args, at);
      if (item.precision === undefined && text.length >= LONG) return text;
      return pad(cString(text).slice(0, item.precision), item);
    }
    default:
      throw new LuaError(`invalid option '%${cString(item.conversion)}' to 'format'`);
  }
}

/** As C casts a double to `int`, and that to a byte: what does not fit into 32 bits becomes 0. */
function lastByte(value: number): number {
  return Math.abs(value) < 2 ** 31 ? value & 0xff : 0;
}

/** A string as C sees it: it ends at the first null byte. */
function cString(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function pad(text: string, { flags, width }: Item): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width);
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\\n', '\r': '\\r', '\0': '\\000' };

function quote(text: string): string {
  return `"${text.replace(/["\\\n\r\0]/g, (byte) => ESCAPES[byte] ?? byte)}"`;
}

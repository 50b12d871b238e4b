import type { Rng } from '../../harness/rng.ts';
import { randomLiteral, randomNumber, randomString, Source, type Literal } from './literals.ts';
import { randomPattern, randomReplacement } from './patterns.ts';

/** A call of a function of a library, such as `string.find`. */
export interface LibraryCall {
  readonly name: string;
  readonly args: readonly Literal[];
}

type Make = (rng: Rng) => Literal;

const text: Make = randomString;
const number: Make = randomNumber;
const small: Make = (rng) => rng.int(-6, 14);
const pattern: Make = randomPattern;
const bytes: Make = (rng) => rng.bytes(rng.int(0, 24));

/** Each function with the arguments that it takes; those after `?` may be missing. */
const ROWS: readonly (readonly [weight: number, name: string, args: readonly Make[], optional?: readonly Make[]])[] = [
  [12, 'string.find', [text, pattern], [small, (rng) => rng.chance(0.3)]],
  [8, 'string.match', [text, pattern], [small]],
  [12, 'string.gsub', [text, pattern, randomSubstitute], [small]],
  [3, 'string.byte', [text], [small, small]],
  [2, 'string.char', [], Array.from({ length: 3 }, () => (rng: Rng) => rng.int(-1, 257))],
  [2, 'string.sub', [text, small], [small]],
  [2, 'string.rep', [text, (rng) => rng.int(-2, 20)]],
  [1, 'string.len', [text]],
  [1, 'string.lower', [text]],
  [1, 'string.upper', [text]],
  [1, 'string.reverse', [text]],
  [12, 'string.format', [randomFormat, randomLiteral], [randomLiteral, number]],
  ...['tobit', 'bnot', 'bswap'].map((name) => [1, `bit.${name}`, [number]] as const),
  ...['band', 'bor', 'bxor'].map((name) => [1, `bit.${name}`, [number], [number, number]] as const),
  ...['lshift', 'rshift', 'arshift', 'rol', 'ror'].map((name) => [1, `bit.${name}`, [number, small]] as const),
  [1, 'bit.tohex', [number], [small]],
  [8, 'struct.pack', [randomLayout, randomLiteral], [randomLiteral, randomLiteral, number]],
  [4, 'struct.pack', [randomNumberLayout, number, number, number]],
  [8, 'struct.unpack', [randomLayout, bytes], [small]],
  [2, 'struct.size', [randomLayout]],
  [6, 'cjson.encode', [randomLiteral]],
  [10, 'cjson.decode', [randomJson]],
  [6, 'cmsgpack.pack', [randomLiteral], [randomLiteral]],
  [6, 'cmsgpack.unpack', [randomMessagePack]],
  [2, 'cmsgpack.unpack_one', [randomMessagePack], [small]],
  [2, 'cmsgpack.unpack_limit', [randomMessagePack, small], [small]],
];
const TOTAL = ROWS.reduce((sum, [weight]) => sum + weight, 0);

/** A random call; now and then with an argument of another type, one too many or one too few. */
export function randomCall(rng: Rng): LibraryCall {
  let at = rng.next() * TOTAL;
  const row = ROWS.find(([weight]) => (at -= weight) < 0) ?? ROWS[0]!;
  const [, name, needed, optional = []] = row;
  const makers = [...needed, ...optional.slice(0, rng.int(0, optional.length))];
  // A great number of repetitions is no test of this kind: redis-server takes gigabytes for it.
  const mayDiffer = name !== 'string.rep';
  const args = makers.map((make) => (mayDiffer && rng.chance(0.03) ? randomLiteral(rng) : make(rng)));
  if (rng.chance(0.02)) args.pop();
  if (rng.chance(0.02)) args.push(randomLiteral(rng));
  return { name, args };
}

const FUNCTIONS = [
  'function(a) return a end',
  'function(a, b) return b end',
  'function() return nil end',
  'function() return false end',
  'function(a) return 7 end',
  'function(a) return {} end',
  'function(a) return tostring(a)..">" end',
  'string.upper',
];

function randomSubstitute(rng: Rng): Literal {
  if (rng.chance(0.6)) return randomReplacement(rng);
  if (rng.chance(0.5)) return new Source(rng.pick(FUNCTIONS));
  return new Map<Literal, Literal>([[rng.pick(['a', 'b', '1', 1, 2]), rng.pick<Literal>(['x', 5, false, true, '%1'])]]);
}

function randomFormat(rng: Rng): string {
  return Array.from({ length: rng.int(1, 3) }, () => {
    if (rng.chance(0.2)) return rng.pick(['a', '%%', ' ', '\0', '%']);
    const flags = rng.chance(0.3) ? Array.from({ length: rng.int(1, 3) }, () => rng.pick(['-', '+', ' ', '#', '0'])).join('') : '';
    const width = rng.chance(0.3) ? String(rng.int(1, 30)) : '';
    const precision = rng.chance(0.3) ? `.${rng.pick(['', '0', '1', '2', '5', '12', '20'])}` : '';
    return `%${flags}${width}${precision}${rng.pick(['d', 'i', 'u', 'c', 'x', 'X', 'o', 'e', 'E', 'f', 'g', 'G', 'q', 's', 's', 's', 'd'])}`;
  }).join('');
}

function randomLayout(rng: Rng): string {
  return Array.from({ length: rng.int(0, 4) }, () =>
    rng.pick(['b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I', 'i2', 'I8', 'i3', 'i16', 'f', 'd', 'x', 's', 'c', 'c0', 'c2', 'bc0', '<', '>', '!', '!4', '!2', ' ', 'z', '-', 'i33', '!3']),
  ).join('');
}

function randomNumberLayout(rng: Rng): string {
  const types = ['b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I', 'i2', 'I8', 'i3', 'i16', 'f', 'd'];
  return Array.from({ length: 3 }, () => rng.pick(['', '', '<', '>', '!', '!4', 'x']) + rng.pick(types)).join('');
}

const JSON_SCALARS = ['1', '-1.5e3', '0', '12', 'true', 'false', 'null', '"a"', '""', '"\\u00e9\\n"', '"\\ud83d\\ude00"', '1e400', '0.1', '-0'];
const JSON_ODD = ['nan', '-inf', 'Infinity', '0x1F', '+1', '012', '1.', '.5', '1e', 'tru', '"\\x"', '"\\u12"', '"\\ud83d"', '"abc', '\0', ',', ':', ']', '}', '\xff'];

function randomJson(rng: Rng, depth = 0): string {
  const kind = rng.next();
  if (rng.chance(0.04)) return rng.pick(JSON_ODD);
  const space = () => (rng.chance(0.1) ? rng.pick([' ', '\n', '\t']) : '');
  if (kind < 0.5 || depth > 3) return space() + rng.pick(JSON_SCALARS) + space();
  const elements = Array.from({ length: rng.int(0, 3) }, () => randomJson(rng, depth + 1));
  const broken = rng.chance(0.03);
  if (kind < 0.75) return `[${elements.join(',')}${broken ? '' : ']'}`;
  const keys = ['"a"', '"b"', '""', '"\\u0041"', '"1"'];
  return `{${elements.map((element) => `${space()}${rng.pick(keys)}${space()}:${element}`).join(broken ? ' ' : ',')}}`;
}

function randomMessagePack(rng: Rng, depth = 0): string {
  const code = (...codes: number[]) => String.fromCharCode(...codes);
  const kind = rng.int(0, depth > 3 ? 12 : 15);
  if (rng.chance(0.05)) return rng.bytes(rng.int(0, 4));
  const some = (count: number) => Array.from({ length: count }, () => randomMessagePack(rng, depth + 1)).join('');
  switch (kind) {
    case 0:
      return code(rng.int(0, 127));
    case 1:
      return code(rng.int(0xe0, 0xff));
    case 2:
      return code(0xcc) + rng.bytes(1);
    case 3:
      return code(rng.pick([0xcd, 0xd1])) + rng.bytes(2);
    case 4:
      return code(rng.pick([0xce, 0xd2, 0xca])) + rng.bytes(4);
    case 5:
      return code(rng.pick([0xcf, 0xd3, 0xcb])) + rng.bytes(8);
    case 6:
      return code(rng.pick([0xc0, 0xc2, 0xc3]));
    case 7:
      return code(0xd0) + rng.bytes(1);
    case 8:
      return code(0xa3) + 'abc';
    case 9:
      return code(0xd9, 2) + 'xy';
    case 10:
      return code(0xda, 0, 1) + 'z';
    case 11:
      return code(0xdb, 0, 0, 0, 1) + 'w';
    case 12:
      return code(rng.int(0, 255));
    case 13: {
      const count = rng.int(0, 3);
      return rng.pick([code(0x90 | count), code(0xdc, 0, count), code(0xdd, 0, 0, 0, count)]) + some(count);
    }
    default: {
      const count = rng.int(0, 2);
      return rng.pick([code(0x80 | count), code(0xde, 0, count), code(0xdf, 0, 0, 0, count)]) + some(count * 2);
    }
  }
}

import type { Arguments, Command } from '../arguments.ts';
import type { Family } from '../family.ts';

/** Numbers of bits. The last ones lie beyond the longest string, and are refused. */
const OFFSETS = ['0', '1', '7', '8', '15', '16', '63', '64', '100', '131', '4000', '70001', '-1', 'x', '', '4294967296', '9223372036854775807'];
const TYPES = ['u1', 'i1', 'u2', 'i5', 'u8', 'i8', 'u16', 'i31', 'u32', 'i33', 'u45', 'i45', 'u46', 'i52', 'u53', 'i54', 'u63', 'i63', 'i64'];
const WRONG_TYPES = ['u64', 'i65', 'u0', 'i0', 'u', 'x8', '', '8', 'u-1', 'u08', 'U8'];
const NUMBERS = [
  '0', '1', '-1', '2', '-2', '127', '128', '-128', '255', '256', '-300', '65535', '2147483647', '-2147483649', '35184372088831',
  '9007199254740993', '4611686018427387904', '-4611686018427387905', '9223372036854775807', '-9223372036854775808',
];

const offset = (a: Arguments) => (a.rng.chance(0.7) ? String(a.rng.int(0, 150)) : a.pick(OFFSETS));
const bit = (a: Arguments) => (a.rng.chance(0.95) ? a.pick(['0', '1']) : a.pick(['2', '-1', 'x', '']));
const place = (a: Arguments) => (a.rng.chance(0.9) ? String(a.rng.int(-40, 40)) : a.pick(OFFSETS));
const unit = (a: Arguments) => a.maybe(0.6, () => [a.rng.chance(0.95) ? a.pick(['BIT', 'BYTE', 'bit']) : 'x']);
const range = (a: Arguments) => [place(a), place(a), ...unit(a)];
/** Bytes of which many are all zeros or all ones, often so long that they are looked at as words. */
const bytes = (a: Arguments) => {
  const some = () => a.pick(['\0', '\xff', '\xff', a.rng.bytes(1)]).repeat(a.pick([1, 1, 2, 5, 9, 40]));
  return Array.from({ length: a.rng.int(0, 6) }, some).join('');
};

const type = (a: Arguments) => (a.rng.chance(0.96) ? a.pick(TYPES) : a.pick(WRONG_TYPES));
const fieldOffset = (a: Arguments) => (a.rng.chance(0.3) ? `#${a.rng.int(0, 12)}` : offset(a));
const number = (a: Arguments) => (a.rng.chance(0.97) ? a.pick([String(a.rng.int(-20, 20)), a.pick(NUMBERS)]) : a.pick(['x', '', '1.5', '9223372036854775808']));

function operation(a: Arguments): Command {
  const kind = a.pick(['GET', 'SET', 'INCRBY', 'INCRBY']);
  const overflow = a.maybe(0.5, () => ['OVERFLOW', a.rng.chance(0.97) ? a.pick(['WRAP', 'SAT', 'FAIL', 'sat']) : 'x']);
  return [...overflow, kind, type(a), fieldOffset(a), ...(kind === 'GET' ? [] : [number(a)])];
}

export const bitmaps: Family = {
  name: 'bitmaps',
  since: '12',
  keys: ['k1', 'k2', 'k3', 'k4'],
  rows: [
    [8, (a) => ['SET', a.key(), bytes(a)]],
    [1, (a) => ['SET', a.key(), a.number()]],
    [2, (a) => ['APPEND', a.key(), bytes(a)]],
    [1, (a) => ['SETRANGE', a.key(), a.int(0, 30), bytes(a)]],
    [10, (a) => ['SETBIT', a.key(), offset(a), bit(a)]],
    [6, (a) => ['GETBIT', a.key(), offset(a)]],
    [8, (a) => ['BITCOUNT', a.key(), ...a.maybe(0.7, () => range(a)), ...a.maybe(0.03, () => ['x'])]],
    [10, (a) => ['BITPOS', a.key(), bit(a), ...a.maybe(0.8, () => (a.rng.chance(0.3) ? [place(a)] : range(a)))]],
    [8, (a) => ['BITOP', a.pick(['AND', 'OR', 'XOR', 'NOT', 'and', 'x']), a.key(), a.key(), ...a.some(0, 3, () => a.key())]],
    [3, (a) => ['BITOP', 'NOT', a.key(), a.key()]],
    [16, (a) => ['BITFIELD', a.key(), ...a.some(0, 4, () => operation(a))]],
    [3, (a) => ['BITFIELD_RO', a.key(), ...a.some(0, 4, () => (a.rng.chance(0.9) ? ['GET', type(a), fieldOffset(a)] : operation(a)))]],
    [1, (a) => ['GET', a.key()]],
    [1, (a) => ['GETSET', a.key(), bytes(a)]],
    [1, (a) => ['OBJECT', 'ENCODING', a.key()]],
    [1, (a) => [a.pick(['STRLEN', 'DEL', 'TYPE', 'EXISTS']), a.key()]],
    [1, (a) => ['EXPIRE', a.key(), '1000']],
    [1, (a) => ['TTL', a.key()]],
    [1, (a) => ['COPY', a.key(), a.key(), 'REPLACE']],
    [1, (a) => [['WATCH', a.key()], ['SETBIT', a.key(), '3', bit(a)], ['BITFIELD', a.key(), 'SET', 'u4', '0', '3'], ['MULTI'], ['BITOP', 'OR', a.key(), a.key()], ['EXEC']]],
  ],
};

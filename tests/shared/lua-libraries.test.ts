import { describe, expect, test } from 'vitest';
import type { LuaCall, LuaSteps, LuaValues } from '#shared/lua/function.ts';
import { createBitLibrary } from '#shared/lua/lib/bit.ts';
import { createJsonLibrary } from '#shared/lua/lib/cjson.ts';
import { createMessagePackLibrary } from '#shared/lua/lib/cmsgpack.ts';
import { NULL } from '#shared/lua/lib/null.ts';
import { createStringLibrary } from '#shared/lua/lib/string.ts';
import { createStructLibrary } from '#shared/lua/lib/struct.ts';
import { LuaError, LuaFunction, LuaTable, type LuaValue } from '#shared/lua/value.ts';

/** The libraries alone, without the language: the answers are those of redis-server 7.0.15. */

const MOST = 1_000_000;
let steps = 0;
const host = {
  spend: (count: number) => {
    steps += count;
    if (steps > MOST) throw new LuaError('too many steps', 0);
  },
  checkLength: (length: number) => {
    if (length > MOST) throw new LuaError('not enough memory', 0);
  },
  index: (table: LuaValue, key: LuaValue) => (table as LuaTable).get(key),
  callingBack: (name: string, steps: (args: LuaValues) => LuaSteps) => new LuaFunction(name, (args) => toTheEnd(steps(args))),
};

function toTheEnd(steps: LuaSteps): LuaValues {
  let step = steps.next([]);
  while (step.done !== true) {
    const { callee, args } = step.value as LuaCall;
    step = steps.next(callee.call(args));
  }
  return step.value as LuaValues;
}

const libraries: Record<string, LuaTable> = {
  string: createStringLibrary(host),
  bit: createBitLibrary(),
  struct: createStructLibrary(host),
  cjson: createJsonLibrary(host),
  cmsgpack: createMessagePackLibrary(host),
};

/** The results of a call such as `string.find`, or the text of its error. */
function call(name: string, args: readonly LuaValue[]): readonly LuaValue[] | string {
  const [library = '', field = ''] = name.split('.');
  const native = libraries[library]?.get(field);
  if (!(native instanceof LuaFunction)) throw new Error(`there is no ${name}`);
  steps = 0;
  try {
    return native.call(args);
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    return error.argument === undefined ? String(error.value) : `#${error.argument}: ${String(error.value)}`;
  }
}

function list(...values: LuaValue[]): LuaTable {
  return new LuaTable(values);
}

function fields(entries: readonly (readonly [LuaValue, LuaValue])[]): LuaTable {
  const table = new LuaTable();
  for (const [key, value] of entries) table.set(key, value);
  return table;
}

/** Arguments of one call, and its results or its error. */
type Row = readonly [args: readonly LuaValue[], expected: readonly LuaValue[] | string];

function rows(name: string, table: readonly Row[]): void {
  for (const [args, expected] of table) {
    test(`${name} ${JSON.stringify(args)}`, () => expect(call(name, args)).toEqual(expected));
  }
}

describe('string', () => {
  rows('string.find', [
    [['hello', 'l'], [3, 3]],
    [['hello', 'xyz'], [undefined]],
    [['hello', 'l', -2], [4, 4]],
    [['hello', '', 100], [6, 5]],
    [['a.b', '.', 1, true], [2, 2]],
    [['THE (quick) fox', '%((%a+)%)'], [5, 11, 'quick']],
    [['abab', '()ab()'], [1, 2, 1, 3]],
    [['abab', '(a)(b)%1%2'], [1, 4, 'a', 'b']],
    [['a]', '[]]'], [2, 2]],
    [['a-', '[a-]', 2], [2, 2]],
    [['a^', '[^^]*$'], [3, 2]],
    [['a$b', 'a$b'], [1, 3]],
    [['a\0b', '%z'], [2, 2]],
    [['ab', 'a.\0zz'], [1, 2]],
    [['f(a(b)c)d', '%b()'], [2, 8]],
    [['THE (quick) fox', '%f[%a]%a+%f[%A]', 2], [6, 10]],
    [['x', '%'], "malformed pattern (ends with '%')"],
    [['x', '[a'], "malformed pattern (missing ']')"],
    [['x', '(x'], 'unfinished capture'],
    [['x', '.)'], 'invalid pattern capture'],
    [['x', '%1'], 'invalid capture index'],
    [['x', '%bx'], 'unbalanced pattern'],
    [['x', '%fx'], "missing '[' after '%f' in pattern"],
    [['x', '()'.repeat(33)], 'too many captures'],
    [['x'], '#2: string expected, got no value'],
    [[undefined, 'x'], '#1: string expected, got nil'],
  ]);
  rows('string.match', [
    [['key = value', '^(%w+)%s*=%s*(%w+)$'], ['key', 'value']],
    [['2026-11-30', '%d+'], ['2026']],
    [['<<x>>', '<(.-)>'], ['<x']],
    [['aaa', 'a-$'], ['aaa']],
    [['x', 'y'], [undefined]],
    [[12.5, '%d'], ['1']],
  ]);
  rows('string.gsub', [
    [['abc', '', '-'], ['-a-b-c-', 4]],
    [['aaa', '^a', '-'], ['-aa', 1]],
    [['aaa', 'a', '-', 2], ['--a', 2]],
    [['hello world', '(%w+) (%w+)', '%2 %1'], ['world hello', 1]],
    [['abc', '%w', '%%%0%1'], ['%aa%bb%cc', 3]],
    [['ab', 'a', '%'], ['\0b', 1]],
    [['abc', '%w', fields([['a', 'x'], ['b', 5], ['c', false]])], ['x5c', 3]],
    [['abc', '.', new LuaFunction('f', ([byte]) => (byte === 'b' ? [] : [`<${String(byte)}>`]))], ['<a>b<c>', 3]],
    [['ab', 'a', new LuaFunction('f', () => [new LuaTable()])], 'invalid replacement value (a table)'],
    [['ab', 'a', '%2'], 'invalid capture index'],
    [['ab', 'a', true], '#3: string/function/table expected'],
  ]);
  rows('string.format', [
    [['%5.2f|%-5d|%05d|%+d', 3.14159, 42, 42, 42], [' 3.14|42   |00042|+42']],
    [['%x %X %#x %o', 255, 255, 255, 8], ['ff FF 0xff 10']],
    [['%s %q', 'a', 'b"\n\0\r\\'], ['a "b\\"\\\n\\000\\r\\\\"']],
    [['%g %g %g %e', 1e20, 0.1, 100, 12345.678], ['1e+20 0.1 100 1.234568e+04']],
    [['%.0f %.0f %.0f', 0.5, 1.5, 2.5], ['0 2 2']],
    [['%.14g', 12345678901234.5], ['12345678901234']],
    [['%d %u %x', -3.99, -1, -1], ['-3 18446744073709551615 ffffffffffffffff']],
    [['%c%c%5c|', 76, 0, 0], ['L    |']],
    [['%5s|%-5s|%.2s', 'abc', 'abc', 'abc'], ['  abc|abc  |ab']],
    [['%d%%', '10'], ['10%']],
    [['%a', 1], "invalid option '%a' to 'format'"],
    [['%d'], '#2: no value'],
    [['%d', 'x'], '#2: number expected, got string'],
    [['%123d', 1], 'invalid format (width or precision too long)'],
    [['%------d', 1], 'invalid format (repeated flags)'],
  ]);
  rows('string.rep', [
    [['ab', 3], ['ababab']],
    [['ab', -1], ['']],
    [['', 1e9], ['']],
    [['x', 1e9], 'not enough memory'],
  ]);
  rows('string.byte', [
    [['abc', -2, 10], [98, 99]],
    [['', 1], []],
    [['x'.repeat(9_000), 1, -1], 'stack overflow (string slice too long)'],
  ]);
  rows('string.char', [
    [[72, '105'], ['Hi']],
    [[256], '#1: invalid value'],
  ]);
  rows('string.sub', [
    [['hello', 2, -2], ['ell']],
    [['hello', -1e30, 1e30], ['']],
    [['hello', NaN], ['hello']],
  ]);
  rows('string.upper', [[['a\xe9z'], ['A\xe9Z']]]);
  rows('string.lower', [[['A\xc9Z'], ['a\xc9z']]]);
  rows('string.reverse', [[['a\0\xff'], ['\xff\0a']]]);
  rows('string.dump', [
    [[libraries['string']!.get('dump')], 'unable to dump given function'],
    [[1], '#1: function expected, got number'],
  ]);

  test('gmatch gives each match and then nothing, and takes ^ as a character', () => {
    const [iterator] = call('string.gmatch', ['a=1, b=2', '(%w)=(%w)']) as LuaFunction[];
    expect([1, 2, 3, 4].map(() => iterator!.call([]))).toEqual([['a', '1'], ['b', '2'], [], []]);
    const [empty] = call('string.gmatch', ['ab', '']) as LuaFunction[];
    expect([1, 2, 3, 4].map(() => empty!.call([]))).toEqual([[''], [''], [''], []]);
    expect((call('string.gmatch', ['aa', '^a']) as LuaFunction[])[0]!.call([])).toEqual([]);
  });

  test('a pattern that goes back again and again is counted, step by step', () => {
    expect(call('string.find', ['a'.repeat(40), `${'a-'.repeat(12)}b`])).toBe('too many steps');
    expect(call('string.find', ['a'.repeat(100_000), '.-b'])).toBe('too many steps');
  });

  test('a pattern may be long: the matcher does not call itself', () => {
    expect(call('string.find', ['aaaa', 'a?'.repeat(20_000)])).toEqual([1, 4]);
  });
});

describe('bit', () => {
  rows('bit.tobit', [
    [[0xffffffff], [-1]],
    [[2 ** 40 + 5], [5]],
    [[1.5], [2]],
    [[2.5], [2]],
    [[1e18], [1733216256]],
    [[NaN], [0]],
    [[], '#1: number expected, got no value'],
  ]);
  rows('bit.tohex', [
    [[255], ['000000ff']],
    [[255, -4], ['00FF']],
    [[-1, 100], ['ffffffff']],
  ]);
  rows('bit.band', [
    [[7, 3, 1], [1]],
    [[7, new LuaTable(), 'x'], '#3: number expected, got string'],
  ]);
  rows('bit.lshift', [[[1, 33], [2]], [[1, -1], [-2147483648]]]);
  rows('bit.rshift', [[[-1, 1], [2147483647]], [[-1, 32], [-1]]]);
  rows('bit.rol', [[[0x12345678, 12], [0x45678123]]]);
  rows('bit.bswap', [[[0x12345678], [0x78563412]]]);
});

describe('struct', () => {
  rows('struct.pack', [
    [['>I2<i4', 258, -2], ['\x01\x02\xfe\xff\xff\xff']],
    [['!bxi', 1, 2], ['\x01\0\0\0\x02\0\0\0']],
    [['s', 'a\0b'], ['a\0b\0']],
    [['c0c2', 'abc', 'abc'], ['abcab']],
    [['i16', -1], ['\xff'.repeat(8) + '\0'.repeat(8)]],
    [['>d', 1.5], ['\x3f\xf8\0\0\0\0\0\0']],
    [['c5', 'abc'], '#3: string too short'],
    [['b'], '#2: number expected, got nil'],
    [['y', 1], "#1: invalid format option 'y'"],
    [['i33', 1], 'integral size 33 is larger than limit of 32'],
    [['!3', 1], 'alignment 3 is not a power of 2'],
  ]);
  rows('struct.unpack', [
    [['>I2<i4', '\x01\x02\xfe\xff\xff\xff'], [258, -2, 7]],
    [['bc0', '\x02abc'], ['ab', 4]],
    [['s', 'abc\0def'], ['abc', 5]],
    [['B', 'abc', 2], [98, 3]],
    [['b', ''], '#2: data string too short'],
    [['b', 'abc', 0], '#3: offset must be 1 or greater'],
    [['s', 'abc'], 'unfinished string in data'],
    [['c0', 'abc'], "format 'c0' needs a previous size"],
  ]);
  rows('struct.size', [
    [['!bhild'], [24]],
    [['s'], "#1: option 's' has no fixed size"],
  ]);
});

describe('cjson', () => {
  rows('cjson.encode', [
    [[list(1, 'a"/\n\x01\x7f\xe9', true, NULL)], ['[1,"a\\"\\/\\n\\u0001\\u007f\xe9",true,null]']],
    [[new LuaTable()], ['{}']],
    [[fields([['a', list(0.1, 1e100, 2 ** 53)]])], ['{"a":[0.1,1e+100,9.007199254741e+15]}']],
    [[fields([[1.5, 2]])], ['{"1.5":2}']],
    [[fields([[3, 2]])], ['[null,null,2]']],
    [[fields([[1, 1], [20, 2]])], 'Cannot serialise table: excessively sparse array'],
    [[Infinity], 'Cannot serialise number: must not be NaN or Inf'],
    [[fields([[true, 2]])], 'Cannot serialise boolean: table key must be a number or string'],
    [[], '#1: expected 1 argument'],
  ]);
  rows('cjson.decode', [
    [['"\\u0041\\u00e9\\ud83d\\ude00\\/"'], ['A\xc3\xa9\xf0\x9f\x98\x80/']],
    [['-1.5E-3'], [-0.0015]],
    [['0x10'], [16]],
    [['null'], [NULL]],
    [['[1]\0x'], [list(1)]],
    [['[1,]'], 'Expected value but found T_ARR_END at character 4'],
    [['{"a" 1}'], 'Expected colon but found T_NUMBER at character 6'],
    [['{"a":1,}'], 'Expected object key string but found T_OBJ_END at character 8'],
    [['[1 2]'], 'Expected comma or array end but found T_NUMBER at character 4'],
    [['truex'], 'Expected the end but found invalid token at character 5'],
    [['"a\\x"'], 'Expected value but found invalid escape code at character 3'],
    [['"\\ud83d"'], 'Expected value but found invalid unicode escape code at character 2'],
    [['"abc'], 'Expected value but found unexpected end of string at character 5'],
    [['-'], 'Expected value but found invalid number at character 1'],
    [['a\0'], 'JSON parser does not support UTF-16 or UTF-32'],
    [['['.repeat(1_001)], 'Found too many nested data structures (1001) at character 1001'],
  ]);

  test('tables that hold themselves, and deep JSON, are errors at any setting', () => {
    const loop = new LuaTable();
    loop.set('a', loop);
    expect(call('cjson.encode', [loop])).toBe('Cannot serialise, excessive nesting (1001)');
    expect(call('cjson.encode_max_depth', [1e6])).toEqual([1e6]);
    expect(call('cjson.decode_max_depth', [1e6])).toEqual([1e6]);
    expect(call('cjson.encode', [loop])).toBe('Cannot serialise, excessive nesting (4000)');
    expect(call('cjson.decode', ['['.repeat(1e5)])).toMatch(/^Found too many nested data structures \(7999\)/);
    call('cjson.encode_max_depth', [1_000]);
    call('cjson.decode_max_depth', [1_000]);
  });

  test('settings: invalid numbers, precision, sparse arrays', () => {
    expect(call('cjson.encode_invalid_numbers', ['null'])).toEqual(['null']);
    expect(call('cjson.encode', [list(1, Infinity, NaN)])).toEqual(['[1,null,null]']);
    expect(call('cjson.encode_invalid_numbers', [true])).toEqual([true]);
    expect(call('cjson.encode', [list(-Infinity, NaN)])).toEqual(['[-inf,nan]']);
    expect(call('cjson.encode_invalid_numbers', [false])).toEqual([false]);
    expect(call('cjson.encode_number_precision', [3])).toEqual([3]);
    expect(call('cjson.encode', [3.14159])).toEqual(['3.14']);
    expect(call('cjson.encode_number_precision', [15])).toBe('#1: expected integer between 1 and 14');
    expect(call('cjson.encode_number_precision', [14])).toEqual([14]);
    expect(call('cjson.encode_sparse_array', [true])).toEqual([true, 2, 10]);
    expect(call('cjson.encode', [fields([[200, 2]])])).toEqual(['{"200":2}']);
    expect(call('cjson.encode_sparse_array', [false, 0])).toEqual([false, 0, 10]);
    expect(call('cjson.encode', [fields([[2e9, 1]])])).toBe('not enough memory');
    expect(call('cjson.encode_sparse_array', [false, 2, 10, 5])).toBe('#4: found too many arguments');
    expect(call('cjson.encode_sparse_array', [false, 2])).toEqual([false, 2, 10]);
    expect(call('cjson.decode_invalid_numbers', [false])).toEqual([false]);
    expect(call('cjson.decode', ['012'])).toBe('Expected value but found invalid number at character 1');
    expect(call('cjson.decode_invalid_numbers', ['x'])).toBe("#1: invalid option 'x'");
    expect(call('cjson.decode_invalid_numbers', ['on'])).toEqual([true]);
  });

  test('new() has settings of its own', () => {
    const [other] = call('cjson.new', []) as LuaTable[];
    (other!.get('encode_max_depth') as LuaFunction).call([3]);
    expect(call('cjson.encode_max_depth', [])).toEqual([1_000]);
  });
});

describe('cmsgpack', () => {
  rows('cmsgpack.pack', [
    [[1, -1, 'x', undefined, true], ['\x01\xff\xa1x\xc0\xc3']],
    [[127, 128, 65536, 2 ** 53], ['\x7f\xcc\x80\xce\0\x01\0\0\xcf\0\x20\0\0\0\0\0\0']],
    [[-33, -129, -32769], ['\xd0\xdf\xd1\xff\x7f\xd2\xff\xff\x7f\xff']],
    [[1.5, 0.1], ['\xca\x3f\xc0\0\0\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a']],
    [[new LuaTable(), list(1, 2)], ['\x90\x92\x01\x02']],
    [[fields([[2, 1]]), fields([['a', 1]])], ['\x81\x02\x01\x81\xa1a\x01']],
    [['x'.repeat(32)], [`\xd9\x20${'x'.repeat(32)}`]],
    [[], '#0: MessagePack pack needs input.'],
  ]);
  rows('cmsgpack.unpack', [
    [['\x01\xff\xa1x\xc0\xc3'], [1, -1, 'x', undefined, true]],
    [['\x92\x01\x91\x02'], [list(1, list(2))]],
    [['\x81\xa1a\x93\x01\x02\x03'], [fields([['a', list(1, 2, 3)]])]],
    [[''], []],
    [['\xc1'], 'Bad data format in input.'],
    [['\xdd\xff\xff\xff\xff'], 'Missing bytes in input.'],
    [['\x81\xc0\x01'], 'table index is nil'],
    [['\x91'.repeat(100_000)], 'stack overflow (in function mp_decode_to_lua_array)'],
  ]);
  rows('cmsgpack.unpack_one', [
    [['\x01\x02\x03', 1], [2, 2]],
    [['\x01\x02\x03', 2], [-1, 3]],
    [['\x01', -1], 'Invalid request to unpack with offset of -1 and limit of 1.'],
    [['\x01', 2], 'Start offset 2 greater than input length 1.'],
  ]);
  rows('cmsgpack.unpack_limit', [[['\x01\x02\x03', 2], [2, 1, 2]]]);

  test('a table that holds itself ends in nil, sixteen levels down', () => {
    const loop = new LuaTable();
    loop.set(1, loop);
    expect(call('cmsgpack.pack', [loop])).toEqual([`${'\x91'.repeat(16)}\xc0`]);
  });
});

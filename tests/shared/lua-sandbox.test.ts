import { describe, expect, test } from 'vitest';
import { openLibraries } from '#shared/lua/lib/open.ts';
import { LuaState } from '#shared/lua/state.ts';
import { LuaError, LuaStop, LuaTable } from '#shared/lua/value.ts';

/**
 * Ways to get out of a script, or to take the server down with it. Each ends in an error of that script, or in what Lua
 * says; what runs the script lives on.
 */

/** So often is the limit of steps looked at before a script is ended. */
const MOST_CHECKS = 100;

/** What a script returns, as text, or `error: ` and the text of its error. */
function run(source: string, mostChecks = MOST_CHECKS): string {
  let checks = 0;
  const state = new LuaState({
    stringLength: 2 ** 24,
    check: () => {
      if (++checks > mostChecks) throw new LuaStop('the script takes too long');
      return false;
    },
  });
  openLibraries(state);
  protect(state);
  try {
    const results = state.run(state.load(source, '@user_script'), []);
    return results.map((value) => (typeof value === 'object' ? value.type : String(value ?? 'nil'))).join(' ');
  } catch (error) {
    if (error instanceof LuaError || error instanceof LuaStop) return `error: ${error.message}`;
    throw error;
  }
}

/** As a host does it: globals and libraries cannot be written to. */
function protect(state: LuaState): void {
  const tables = [state.globals, state.stringMetatable];
  for (let entry = state.globals.next(undefined); entry !== undefined; entry = state.globals.next(entry[0])) {
    if (entry[1] instanceof LuaTable) tables.push(entry[1]);
  }
  for (const table of tables) if (table !== undefined) table.readonly = true;
}

/** A title, the source, and what it returns or the text of its error. */
type Attempt = readonly [title: string, source: string, expected: string | RegExp];

function attempts(table: readonly Attempt[]): void {
  for (const [title, source, expected] of table) {
    test(title, () => {
      const result = run(source);
      if (typeof expected === 'string') expect(result).toBe(expected);
      else expect(result).toMatch(expected);
      expect(run('return 1 + 1')).toBe('2');
    });
  }
}

const WORDS = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'arguments', 'this', 'eval', 'process', 'require', 'globalThis', 'Function', 'undefined', 'null', 'new', 'class', 'yield', 'await', 'let', 'const', 'var', 'delete', 'typeof', 'S', 'v1', 'super'];
const TEXTS = ['`', '${process.exit(1)}', '`+process.exit(1)+`', "'+process.exit(1)+'", '";process.exit(1);"', '*/process.exit(1)/*', '//', '</script>', '\xe2\x80\xa8', '\xe2\x80\xa9', '\\u0027', '\\', '\0', '\r\n', '\xff'];

describe('names that mean something in JavaScript', () => {
  attempts([
    ['are nil as globals', `return ${WORDS.map((word) => `tostring(${word})`).join(' == "nil" and ')} == "nil"`, 'true'],
    ['are variables like others', WORDS.map((word, i) => `local ${word} = ${i} `).join('') + `return ${WORDS.join(' + ')}`, String((WORDS.length * (WORDS.length - 1)) / 2)],
    ['are nil as fields of a table, of a string, of a library', `local n = 0 for _, k in ipairs({${WORDS.map((word) => `"${word}"`).join(', ')}}) do if ({})[k] == nil and ("x")[k] == nil and string[k] == nil and math[k] == nil then n = n + 1 end end return n`, String(WORDS.length)],
    ['are keys like others', `local t = {} for i, k in ipairs({${WORDS.map((word) => `"${word}"`).join(', ')}}) do t[k] = i end local s = 0 for k, v in pairs(t) do s = s + v end return s, t.__proto__, t.constructor`, `${(WORDS.length * (WORDS.length + 1)) / 2} 2 1`],
    ['are names of functions, methods and parameters', `local t = {} function t.constructor(arguments, this) return this end function t:__proto__(eval) return eval end return t.constructor(1, 2), t:__proto__(3)`, '2 3'],
    ['do not change what tables inherit', 'local t = {__proto__ = {x = 1}} return t.x, ({}).x', 'nil nil'],
    ['are keys in JSON and MessagePack', 'return cjson.decode(\'{"__proto__":{"x":1}}\').x, cjson.decode(\'{"__proto__":5}\').__proto__, cmsgpack.unpack("\\129\\169__proto__\\7").__proto__', 'nil 5 7'],
  ]);
});

describe('text that would end a literal or a comment in JavaScript', () => {
  const quoted = (text: string) => `"${text.replace(/[^ !#-[\]-~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, '0')}`)}"`;
  attempts([
    ...TEXTS.map((text): Attempt => [`stays a string: ${JSON.stringify(text)}`, `local t = {[${quoted(text)}] = ${quoted(text)}} return t[${quoted(text)}] == ${quoted(text)}, #${quoted(text)}`, `true ${text.length}`]),
    ['stays a string in long brackets', `return #[==[${TEXTS.filter((text) => !/[\r\0]/.test(text)).join('')}]==]`, String(TEXTS.filter((text) => !/[\r\0]/.test(text)).join('').length)],
    ['stays a comment', `--[[ ${TEXTS.filter((text) => text !== '\0').join(' ')} ]] -- */ \u0060\${1}\nreturn 1`, '1'],
    ['stands in the name of a chunk', 'return (select(2, loadstring("x", "*/ process.exit(1) /* `${1}` \\n")))', /'=' expected near '<eof>'/],
    ['stands in an error', 'error("`${process.exit(1)}`")', 'error: user_script:1: `${process.exit(1)}`'],
    ['is no name', 'local \xe2\x80\xa8 = 1', /^error: user_script:1: '<name>' expected near/],
  ]);
});

describe('what is not there', () => {
  const absent = ['io', 'require', 'package', 'module', 'debug', 'newproxy', 'dofile', 'loadfile', 'getfenv', 'setfenv', 'print'];
  attempts([
    ['files, modules, environments, debug', `return ${absent.map((name) => `tostring(${name})`).join(' .. ')}`, 'nil'.repeat(absent.length)],
    ['ways to run or end a process', 'return os and (os.execute or os.exit or os.getenv or os.remove or os.rename or os.tmpname)', 'nil'],
    ['bytecode: functions are not dumped', 'return string.dump(function() end)', 'error: user_script:1: unable to dump given function'],
    ['bytecode: it is no source', 'return (loadstring("\\27Lua\\81\\0\\1\\4\\8\\4\\8\\0")), (load(("\\27Lua"):gmatch(".+")))', 'nil nil'],
    ['a metatable for strings', 'setmetatable("x", {})', /table expected, got string/],
    ['a new index for strings', 'getmetatable("").__index = {}', /Attempt to modify a readonly table/],
    ['a new function for all strings', 'getmetatable("").__index.upper = 1', /Attempt to modify a readonly table/],
    ['new globals', 'x = 1', /Attempt to modify a readonly table/],
    ['new globals by rawset', 'rawset(_G, "x", 1)', /Attempt to modify a readonly table/],
    ['other functions in libraries', 'table.concat = 1', /Attempt to modify a readonly table/],
  ]);
});

describe('source that goes too deep', () => {
  const TOO_DEEP = /too many syntax levels|too many C levels|control structure too long|function or expression too complex|stack overflow|too many local|C stack overflow/;
  const nested: readonly [title: string, source: string][] = [
    ['parentheses', `return ${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['tables', `return ${'{'.repeat(100_000)}${'}'.repeat(100_000)}`],
    ['functions', `return ${'function() return '.repeat(50_000)}1${' end'.repeat(50_000)}`],
    ['blocks', `${'do '.repeat(100_000)}${'end '.repeat(100_000)}`],
    ['loops', `${'while true do '.repeat(50_000)}${'end '.repeat(50_000)}`],
    ['not', `return ${'not '.repeat(100_000)}1`],
    ['minus', `return ${'- '.repeat(100_000)}1`],
    ['powers', `return ${'2 ^ '.repeat(100_000)}1`],
    ['calls in arguments', `return ${'type('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['indexes', `local t = {} return ${'t['.repeat(100_000)}1${']'.repeat(100_000)}`],
  ];
  attempts(nested.map(([title, source]) => [title, source, TOO_DEEP]));
  attempts([
    ['in loadstring', 'return (select(2, loadstring("return " .. ("("):rep(1e5))))', TOO_DEEP],
  ]);

  // A chain is no nesting for Lua: it may run, or be refused, but it does no harm.
  const chains: readonly [title: string, source: string][] = [
    ['a long sum', `local a = 1 return ${'a + '.repeat(50_000)}a`],
    ['a long concatenation', `local a = "" return #(${'a .. '.repeat(50_000)}a)`],
    ['a long and-or', `local a = true return ${'a and '.repeat(50_000)}a`],
    ['a long comparison', `local a = 1 return ${'a == '.repeat(50_000)}a`],
    ['many calls in a row', `local function f() end return f${'()'.repeat(50_000)}`],
    ['many fields in a row', `local t = {} return t${'.x'.repeat(50_000)}`],
    ['many elseifs', `local a = 1 if a == 2 then ${'elseif a == 3 then '.repeat(20_000)} end return a`],
    ['many statements', `local a = 1 ${'a = a + 1 '.repeat(50_000)} return a`],
    ['many arguments', `return select("#", ${'1, '.repeat(50_000)}1)`],
    ['many elements', `return #{${'1, '.repeat(100_000)}1}`],
    ['many strings', `local t = {${Array.from({ length: 50_000 }, (_, i) => `"s${i}"`).join(',')}} return #t`],
    ['many local variables', `${Array.from({ length: 1_000 }, (_, i) => `local v${i} = ${i} `).join('')}return v999`],
    ['many upvalues', `${Array.from({ length: 150 }, (_, i) => `local v${i} = ${i} `).join('')}return (function() return ${Array.from({ length: 150 }, (_, i) => `v${i}`).join(' + ')} end)()`],
  ];
  for (const [title, source] of chains) {
    test(title, () => {
      const result = run(source);
      expect(result).toMatch(/^(error: .*|-?\d+|true|false)$/);
      if (result.startsWith('error')) expect(result).toMatch(/too|overflow|attempt to|more than/);
    });
  }
});

describe('calls that go too deep', () => {
  attempts([
    ['a function that calls itself', 'local function f() return 1 + f() end return f()', /stack overflow/],
    ['with more arguments each time', 'local function f(...) return 1 + f(1, ...) end return f()', /stack overflow|takes too long/],
    ['tail calls without end', 'local function f() return f() end return f()', /takes too long|stack overflow/],
    ['pcall in pcall', 'local function f() return pcall(f) end return f()', /overflow|^true|^false/],
    ['xpcall with a handler that fails', 'return xpcall(function() error("a") end, function() error("b") end)', /^false/],
    ['xpcall with a handler that calls xpcall', 'local function f() xpcall(f, f) end f()', /error|overflow|^$/],
    ['__index that indexes itself', 'local t = setmetatable({}, {__index = function(t, k) return t[k] end}) return t.x', /overflow/],
    ['__index that leads round in a circle', 'local t = {} setmetatable(t, {__index = t}) return t.x', /loop in gettable/],
    ['__newindex that leads round in a circle', 'local t = {} setmetatable(t, {__newindex = t}) t.x = 1', /loop in settable/],
    ['__call of tables in tables', 'local t = {} for i = 1, 1000 do t = setmetatable({}, {__call = t}) end return t()', /attempt to call|overflow/],
    ['__call that is its own', 'local t = {} setmetatable(t, {__call = t}) return t()', /attempt to call|overflow/],
    ['__concat, __eq, __lt, __add that come back', 'local m = {} m.__add = function(a, b) return a + b end m.__concat = function(a, b) return a .. b end local t = setmetatable({}, m) local a, b = pcall(function() return t + 1 end), pcall(function() return t .. 1 end) return a, b', 'false false'],
    ['__tostring that asks itself', 'local t t = setmetatable({}, {__tostring = function() return tostring(t) end}) return tostring(t)', /overflow/],
    ['gsub in gsub', 'local function f(s) return (("x"):gsub("x", f)) end return f()', /overflow/],
    ['sort in sort', 'local function f() table.sort({1, 2, 3}, f) return true end f()', /overflow|invalid order/],
    ['loadstring in loadstring', 'local function f() return loadstring("return ...")(f()) end return f()', /overflow/],
    ['coroutines in coroutines', 'local function f() return coroutine.wrap(f)() end return f()', /overflow|too many/],
    ['errors at the end of the stack', 'local function f() local ok, why = pcall(f) error(why, 0) end f()', /error/],
    ['tostring at the end of the stack', 'local function f() tostring(f) f() tostring(f) end f()', /overflow/],
  ]);
});

describe('work without end', () => {
  const STOPPED = 'error: the script takes too long';
  const GIVEN_UP = /the script takes too long|pattern too complex/;
  attempts([
    ['a loop', 'while true do end', STOPPED],
    ['a loop in pcall', 'while true do pcall(function() while true do end end) end', STOPPED],
    ['repeat', 'repeat until false', STOPPED],
    ['a for loop that does not move', 'for i = 1, 2, 0 do end', /takes too long|step is zero|^$/],
    ['a for loop past 2^53', 'for i = 2^53, 2^54 do end', STOPPED],
    ['a for loop to infinity', 'for i = 1, 1/0 do end', STOPPED],
    ['an iterator', 'for i in function() return 1 end do end', STOPPED],
    ['native functions alone', 'for _ in ("x"):rep(1e6):gmatch(".-y") do end while true do string.len("x") end', STOPPED],
    ['a pattern that goes back again and again', 'return ("a"):rep(40):find(("a*"):rep(20) .. "b")', GIVEN_UP],
    ['such a pattern in gsub', 'return ("a"):rep(40):gsub(("a-"):rep(20) .. "b", "")', GIVEN_UP],
    ['such a pattern in gmatch', 'for _ in ("a"):rep(40):gmatch(("a?"):rep(40) .. ("a"):rep(40) .. "b") do end', GIVEN_UP],
    ['%b over a long text, from each byte', 'return ("("):rep(1e6):find("%b()")', GIVEN_UP],
    ['table.insert far below', 'table.insert({1}, -2^31, 1)', STOPPED],
    ['table.sort with an order that contradicts itself', 'local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end)', /invalid order function|takes too long|attempt to compare/],
    ['coroutines that resume without end', 'local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end', STOPPED],
    ['a coroutine that loops', 'coroutine.wrap(function() while true do end end)()', STOPPED],
    ['metamethods', 'local t = setmetatable({}, {__index = function() return 1 end}) while true do local x = t.x end', STOPPED],
  ]);
});

describe('memory without end', () => {
  const NO_MEMORY = /not enough memory|takes too long/;
  attempts([
    ['rep', 'return ("x"):rep(1e9)', /not enough memory/],
    ['rep of a rep', 'return ("x"):rep(1e6):rep(1e6)', /not enough memory/],
    ['a string that doubles', 'local s = "x" while true do s = s .. s end', /not enough memory|string length overflow/],
    ['a string that grows', 'local s, t = ("x"):rep(1e6), {} while true do s = s .. "y" t[#t + 1] = s .. "z" end', NO_MEMORY],
    ['table.concat of a long string many times', 'local t, s = {}, ("x"):rep(1e6) for i = 1, 1000 do t[i] = s end return table.concat(t)', /not enough memory/],
    ['a long separator', 'local t = {} for i = 1, 1000 do t[i] = "" end return table.concat(t, ("x"):rep(1e6))', /not enough memory/],
    ['gsub with a long replacement', 'return ("x"):rep(1e6):gsub("x", ("y"):rep(1e6))', /not enough memory/],
    ['gsub with %0', 'return ("x"):rep(1e6):gsub(".*", ("%0"):rep(1e6))', /not enough memory/],
    ['format with widths', 'return (("%99d"):rep(1e6)):format(1)', /no value/],
    ['format with a long string many times', 'return (("%s"):rep(200)):format(unpack((function() local t = {} for i = 1, 200 do t[i] = ("x"):rep(1e6) end return t end)()))', /not enough memory/],
    ['a table with 10 million keys', 'local t = {} for i = 1, 1e7 do t[-i] = i end', NO_MEMORY],
    ['a sparse array in JSON', 'cjson.encode_sparse_array(false, 0) return #cjson.encode({[2^31 - 1] = 1})', NO_MEMORY],
    ['JSON of a long string many times', 'local t, s = {}, ("x"):rep(1e6) for i = 1, 1000 do t[i] = s end return #cjson.encode(t)', /not enough memory/],
    ['MessagePack of a long string many times', 'local t, s = {}, ("x"):rep(1e6) for i = 1, 1000 do t[i] = s end return #cmsgpack.pack(t)', /not enough memory/],
    ['struct of a long string many times', 'local s = ("x"):rep(1e6) return #struct.pack(("s"):rep(200), unpack((function() local t = {} for i = 1, 200 do t[i] = s end return t end)()))', /not enough memory/],
    ['unpack of many', 'return select("#", unpack({}, 1, 1e8))', /too many results to unpack/],
    ['bytes of a long string', 'return select("#", ("x"):rep(1e6):byte(1, -1))', /string slice too long/],
    ['char of many', 'return #string.char(unpack({}, 1, 1e7))', /too many results to unpack/],
    ['coroutines', 'local t = {} for i = 1, 1e7 do t[i] = coroutine.create(function() end) end', NO_MEMORY],
    ['JSON of values that share tables', 'local t = {} for i = 1, 60 do t = {t, t} end return #cjson.encode(t)', /too long/],
    ['MessagePack of values that share tables', 'local t = {} for i = 1, 15 do t = {t, t, t, t, t, t, t, t} end return #cmsgpack.pack(t)', /too long/],
  ]);
});

test('a pattern that backtracks again and again has a limit, even if no limit of time is checked', () => {
  expect(run('return ("a"):rep(30000):find((".-"):rep(30) .. "b")', 600_000)).toMatch(/pattern too complex/);
});

test('a table with 10 million entries', () => {
  expect(run('local t = {} for i = 1, 1e7 do t[i] = i end return #t', 10_000)).toMatch(/not enough memory/);
  expect(run('local ok, why = pcall(function() local t = {} for i = 1, 1e7 do t[i] = i end end) return ok, why', 10_000)).toMatch(/^false not enough memory/);
});

describe('tables that hold themselves', () => {
  attempts([
    ['as JSON', 'local t = {} t.t = t return cjson.encode(t)', /excessive nesting \(1001\)/],
    ['as JSON, at any depth', 'cjson.encode_max_depth(2^31 - 1) local t = {} t[1] = t return cjson.encode(t)', /excessive nesting \(7998\)/],
    ['as MessagePack', 'local t = {} t[1] = t return #cmsgpack.pack(t)', '17'],
    ['deep JSON', 'return cjson.decode(("["):rep(1e6))', /too many nested data structures \(1001\)/],
    ['deep JSON, at any depth', 'cjson.decode_max_depth(2^31 - 1) return cjson.decode(("["):rep(1e6))', /too many nested data structures \(7999\)/],
    ['deep MessagePack', 'return cmsgpack.unpack(("\\145"):rep(1e6))', /stack overflow \(in function mp_decode_to_lua_array\)/],
    ['as their own metatable', 'local t = {} setmetatable(t, t) t.__index = t return t.x', /loop in gettable/],
  ]);
});

describe('errors that are no text', () => {
  attempts([
    ['a table', 'return pcall(error, {code = 1})', 'false table'],
    ['nil', 'return pcall(error)', 'false nil'],
    ['a table with __tostring that fails', 'local t = setmetatable({}, {__tostring = function() error("x") end}) return pcall(error, t)', 'false table'],
    ['tostring of it', 'local t = setmetatable({}, {__tostring = function() error("x") end}) return tostring(t)', /user_script:1: x/],
    ['__tostring that gives no string', 'return tostring(setmetatable({}, {__tostring = function() return 1 end}))', '1'],
    ['in a coroutine', 'local co = coroutine.create(function() error({}) end) return coroutine.resume(co)', 'false table'],
    ['a yield across pcall', 'return coroutine.resume(coroutine.create(function() return pcall(coroutine.yield, 1) end))', /attempt to yield across metamethod\/C-call boundary/],
    ['a yield outside', 'coroutine.yield(1)', /attempt to yield|outside/],
    ['a coroutine that resumes itself', 'local co co = coroutine.create(function() return coroutine.resume(co) end) return coroutine.resume(co)', /^true false cannot resume/],
  ]);
});

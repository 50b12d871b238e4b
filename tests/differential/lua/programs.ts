import type { Rng } from '../../harness/rng.ts';
import { Expressions, libraryCall } from './expressions.ts';
import { stringSource } from './literals.ts';
import { randomPattern } from './patterns.ts';

/** A random piece of Lua that returns values: what stands between `function()` and `end`. */
export function randomProgram(rng: Rng): string {
  const at = rng.next();
  if (at < 0.35) return `return ${new Expressions(rng).any(3)}`;
  if (at < 0.55) return `return ${libraryCall(rng)}`;
  if (at < 0.62) return `return ${methodCall(rng)}`;
  if (at < 0.9) return rng.pick(SHAPES)(rng, new Expressions(rng));
  return `return syntax(loadstring(${stringSource(brokenSource(rng))}))`;
}

/** Methods of strings, whose errors count the arguments in another way. */
function methodCall(rng: Rng): string {
  const e = new Expressions(rng);
  const method = rng.pick(['find', 'match', 'gsub', 'rep', 'sub', 'byte', 'format', 'upper']);
  if (method === 'rep') return `(${e.string(1)}):rep(${rng.pick(['3', '"2"', '{}', '', 'nil'])})`;
  const second = rng.chance(0.6) ? stringSource(randomPattern(rng)) : e.any(1);
  return `(${e.string(1)}):${method}(${rng.chance(0.1) ? '' : second}${rng.chance(0.4) ? `, ${e.any(1)}` : ''})`;
}

type Shape = (rng: Rng, e: Expressions) => string;

const SHAPES: readonly Shape[] = [
  (_, e) => `local a, b, c = ${e.any(2)}, ${e.any(2)}\nreturn a, b, c, ${e.with('a', 'b', 'c').any(2)}`,
  (rng, e) => `local a = ${e.number(1)}\nfor i = ${rng.int(-3, 3)}, ${rng.int(-3, 5)}${rng.chance(0.4) ? `, ${rng.pick([1, 2, -1, 0.5])}` : ''} do a = a .. "," .. i end\nreturn a`,
  (_, e) => `local t = {}\nfor i, v in ipairs(${e.table(2)}) do t[#t + 1] = i\nt[#t + 1] = v end\nreturn t`,
  (rng, e) => `local n, a = 0, ${e.any(1)}\nwhile n < ${rng.int(0, 5)} do n = n + 1 if n == ${rng.int(1, 5)} then break end a = ${e.with('a', 'n').any(1)} end\nreturn n, a`,
  (rng, e) => `local n = 0\nrepeat local m = n + 1 n = m until m >= ${rng.int(1, 4)}\nreturn n, ${e.with('n').any(1)}`,
  (_, e) => `local fs = {}\nfor i = 1, 3 do fs[i] = function(x) i = i + (x or 1) return i end end\nreturn fs[1](), fs[1](${e.any(1)}), fs[2](5), fs[1]()`,
  (_, e) => `local function f(...) local a, b = ... return select("#", ...), b, ${e.with('a', 'b').any(1)}, ... end\nreturn f(${e.any(1)}, f(${e.any(1)}))`,
  (_, e) => `local t = {${e.any(1)} or 1, ${e.any(1)} or 2, x = ${e.any(1)}}\nt[1], t[2], t.x = t[2], t[1], ${e.with('t').any(1)}\nreturn t[1], t[2], t.x, #t`,
  (_, e) => `local i, t = 1, {}\ni, t[i] = i + 1, ${e.any(1)}\nreturn i, t`,
  (rng, e) => `local t = {${e.number(1)}, ${e.number(1)}, ${e.number(1)}, ${e.number(1)}, ${rng.chance(0.1) ? e.any(1) : '7'}}\ntable.sort(t${rng.chance(0.4) ? `, function(a, b) return ${rng.pick(['a > b', 'a < b', 'a % 3 < b % 3', 'true', 'a[1]'])} end` : ''})\nreturn t`,
  (rng, e) => `local t = {${e.any(1)} or 1, ${e.any(1)} or 2, ${e.any(1)} or 3}\n${rng.pick(['table.insert(t, ', 'table.insert(t, 1, ', 'table.insert(t, 3, ', 'table.insert('])}${e.any(1)})\nlocal r = table.remove(t${rng.chance(0.5) ? `, ${rng.int(-1, 5)}` : ''})\nreturn t, r, #t, table.maxn(t)`,
  (_, e) => `local ok, why = pcall(function() local a = ${e.any(2)} error(${e.with('a').scalar(1)}) end)\nreturn ok, why`,
  (rng, e) => `error(${e.scalar(2)}, ${rng.int(0, 3)})`,
  (_, e) => `return xpcall(function() return ${e.any(2)} end, function(why) return type(why), why end)`,
  (_, e) => `return assert(${e.any(2)}, ${e.any(1)})`,
  (rng, e) => `local co = coroutine.create(function(a, b) local c = coroutine.yield(a, ${e.with('a', 'b').any(1)}) ${rng.chance(0.3) ? `error(${e.scalar(1)})` : `return b, c, ${e.with('a', 'b', 'c').any(1)}`} end)\nlocal r = {coroutine.resume(co, ${e.any(1)}, ${e.any(1)})}\nreturn r, coroutine.status(co), coroutine.resume(co, ${e.any(1)}), coroutine.status(co), coroutine.resume(co)`,
  (_, e) => `local t = {}\nfor v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end ${'coroutine.yield(nil)'} end) do t[#t + 1] = v end\nreturn t, ${e.any(1)}`,
  (_, e) => `local log = {}\nlocal t = setmetatable({}, {__index = function(t, k) log[#log + 1] = k return ${e.any(1)} end, __newindex = function(t, k, v) rawset(t, k, {v}) end})\nt.a = t.b\nt[1] = ${e.any(1)}\nreturn log, rawget(t, "a"), rawget(t, 1)`,
  (_, e) => `local m = {}\nm.__index = m\nfunction m.new(x) return setmetatable({x = x}, m) end\nfunction m:get(y) return self.x, y end\nfunction m.__eq(a, b) return a.x == b.x end\nfunction m.__lt(a, b) return a.x < b.x end\nfunction m.__concat(a, b) return "c" end\nlocal a, b = m.new(${e.scalar(1)}), m.new(${e.scalar(1)})\nreturn a:get(${e.any(1)}), a == b, a .. "x", 1 .. b, a < b, a <= b`,
  (_, e) => `local function fact(n) if n <= 1 then return 1 end return n * fact(n - 1) end\nreturn fact(10), ${e.any(1)}`,
  (_, e) => `local t = ${e.table(2)}\nlocal n = 0\nfor k in pairs(t) do n = n + 1 t[k] = nil end\nreturn n, next(t)`,
  (rng, e) => `do local a = ${e.any(1)} if ${e.with('a').boolean(1)} then return "then", a elseif ${e.with('a').any(1)} then return "elseif" else return ${rng.int(1, 5)} end end`,
  (rng) => `local t = {}\nfor ${rng.pick(['a', 'a, b', 'a, b, c'])} in (${stringSource('k1=v1, k2=v2 x')}):${rng.pick(['gmatch', 'gfind'])}(${stringSource(randomPattern(rng))}) do t[#t + 1] = a if #t > 20 then break end end\nreturn t`,
  (_, e) => `return unpack({${e.any(1)}, ${e.any(1)}, ${e.any(1)}}, ${e.number(0)}, 4)`,
  (_, e) => `return tostring(setmetatable({}, {__tostring = function() return ${e.any(1)} end}))`,
  (_, e) => `return getmetatable(setmetatable({}, {__metatable = ${e.any(1)}})), getmetatable("").__index == string, getmetatable(${e.scalar(1)})`,
  (_, e) => `local s = 0\ntable.foreachi({${e.number(1)}, ${e.number(1)}}, function(i, v) s = s + i * (zero + v) end)\nreturn s, table.getn({${e.any(1)}, 2})`,
  (_, e) => `local f = loadstring("local a, b = ... return b, a, ${'...'}")\nreturn f(${e.any(1)}, ${e.any(1)})`,
];

/** Source that was right before a character or a word was lost, doubled or put in. */
function brokenSource(rng: Rng): string {
  const e = new Expressions(rng);
  const source = rng.chance(0.5) ? `return ${e.any(2)}` : rng.pick(SHAPES)(rng, e);
  const words = source.match(/"(?:[^"\\]|\\.)*"|\w+|[^\w]/g) ?? [];
  const at = rng.int(0, words.length - 1);
  const odd = ['end', 'then', 'do', '(', ')', '}', '=', '==', '"', "'", '[[', '--[[', '\\', '1x', '0x', '1e', '..', '...', '$', '@', '~', '\n', 'local', 'goto', '\0', '\x80', '3..4', 'break', 'a', '"\\300"', '"\n"', ':'];
  rng.pick([() => words.splice(at, 1), () => words.splice(at, 0, words[at] ?? ''), () => words.splice(at, 0, rng.pick(odd)), () => words.splice(at, 1, rng.pick(odd)), () => words.splice(at)])();
  return words.join('');
}

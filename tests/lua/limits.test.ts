import { expect, test } from 'vitest';
import { openLibraries } from '#shared/lua/lib/open.ts';
import { LuaState } from '#shared/lua/state.ts';
import { LuaError, LuaStop } from '#shared/lua/value.ts';
import type { LuaLimits } from '#shared/lua/limits.ts';

/** What a script may not take: stack, memory, time. */

type Form = 'plain' | 'pausable';

/** The error of a script; the RangeErrors of JavaScript that were caught on the way. */
function failureOf(source: string, form: Form, limits: Partial<LuaLimits> = {}): { text: string; rangeErrors: number } {
  const state = new LuaState(limits);
  openLibraries(state);
  let rangeErrors = 0;
  const { caught } = state;
  state.caught = (thrown, mark) => {
    if (thrown instanceof RangeError) rangeErrors++;
    return caught.call(state, thrown, mark);
  };
  try {
    const script = state.load(source, '@user_script');
    if (form === 'plain') state.run(script, []);
    else state.begin(script, []).advance();
  } catch (error) {
    if (error instanceof LuaError) return { text: String(error.value), rangeErrors };
    throw error;
  }
  return { text: 'no error', rangeErrors };
}

const MANY_LOCALS = Array.from({ length: 180 }, (_, i) => `local a${i} = n`).join(' ');

test.each([
  ['calls', 'local function f(n) return 1 + f(n) end f(1)', 'user_script:1: stack overflow'],
  ['calls with many variables', `local function f(n) ${MANY_LOCALS} return 1 + f(n) end f(1)`, 'user_script:1: stack overflow'],
  ['calls by __call', 'local t = setmetatable({}, { __call = function(t) return 1 + t() end }) t()', 'user_script:1: stack overflow'],
  ['metamethods', 'local t = setmetatable({}, { __index = function(t, k) return t[k] end }) local x = t.x', 'user_script:1: C stack overflow'],
  ['native functions', "local function f() return 1 + #(('x'):gsub('x', f)) end f()", 'C stack overflow'],
  ['order functions', 'local function f() table.sort({ 3, 2, 1 }, f) end f()', 'C stack overflow'],
])('%s that nest for ever', (_, source, text) => {
  for (const form of ['plain', 'pausable'] as const) expect(failureOf(source, form), form).toEqual({ text, rangeErrors: 0 });
});

test('calls in tail position that nest for ever end in an error, in the plain form', () => {
  expect(failureOf('local function f() return f() end f()', 'plain')).toEqual({ text: 'stack overflow', rangeErrors: 0 });
});

test('the source nests too deep', () => {
  const deep = (open: string, close: string) => `return ${open.repeat(300)}1${close.repeat(300)}`;
  const text = 'user_script:1: chunk has too many syntax levels';
  for (const source of [deep('(', ')'), deep('{', '}'), deep('- ', ''), deep('not ', ''), `${'do '.repeat(300)}${'end '.repeat(300)}`]) {
    expect(failureOf(source, 'plain').text).toBe(text);
  }
});

test('a very long expression is an error, or works', () => {
  expect(['no error', 'user_script:1: chunk has too many syntax levels']).toContain(failureOf(`return ${'1 + '.repeat(50_000)}1`, 'plain').text);
});

test.each([
  ['a string that doubles', "local s = 'x' while true do s = s .. s end", 'user_script:1: string length overflow'],
  ['rep', "return ('x'):rep(1e9)", 'not enough memory'],
  ['concat of a table', "local s, t = ('x'):rep(2 ^ 16), {} for i = 1, 300 do t[i] = s end return table.concat(t)", 'not enough memory'],
])('a string longer than allowed: %s', (_, source, text) => {
  for (const form of ['plain', 'pausable'] as const) expect(failureOf(source, form, { stringLength: 2 ** 24 }).text, form).toBe(text);
});

test('a table of ten million', () => {
  expect(failureOf('local t = {} for i = 1, 1e7 do t[i] = i end', 'plain').text).toBe('not enough memory');
});

test('memory that runs out is an error', () => {
  let checks = 0;
  const hasMemory = () => ++checks < 5;
  expect(failureOf('local t = {} while true do t[#t + 1] = {} end', 'plain', { hasMemory }).text).toBe('not enough memory');
});

test('a host can end a script, and pcall does not catch that', () => {
  class Ended extends LuaStop {}
  const check = (): boolean => {
    throw new Ended();
  };
  for (const form of ['plain', 'pausable'] as const) {
    expect(() => failureOf('while true do pcall(function() while true do end end) end', form, { check }), form).toThrow(Ended);
    expect(() => failureOf('coroutine.wrap(function() while true do end end)()', form, { check }), form).toThrow(Ended);
  }
});

test('a state works after a script that was ended', () => {
  let isEnding = true;
  const check = (): boolean => {
    if (isEnding) throw new LuaStop();
    return false;
  };
  const state = new LuaState({ check });
  openLibraries(state);
  const loop = state.load('local function f() while true do end end coroutine.wrap(function() pcall(f) end)()', '@user_script');
  for (let i = 0; i < 3; i++) {
    expect(() => state.run(loop, [])).toThrow(LuaStop);
    expect(() => state.begin(loop, []).advance()).toThrow(LuaStop);
  }
  isEnding = false;
  expect(state.run(state.load('return pcall(error, 1)', '@user_script'), [])).toEqual([false, '1']);
  expect(state.thread.depth).toBe(0);
});

test('a script pauses wherever it loops, and goes on where it stood', () => {
  const state = new LuaState({ stepsPerCheck: 10, check: (canPause) => canPause });
  openLibraries(state);
  const source = `
    local log = {}
    local function work(x) for i = 1, 100 do x = x + i end log[#log + 1] = x return x end
    local t = setmetatable({}, { __index = function(t, k) return work(k) end })
    table.sort({ 3, 1, 2 }, function(a, b) return work(a) < work(b) end)
    local co = coroutine.wrap(function() for i = 1, 5 do coroutine.yield(work(i)) end end)
    return select(2, pcall(work, 1)) + t[1] + co() + co(), (('ab'):gsub('.', function(c) work(0) return c .. c end)), #log`;
  const run = state.begin(state.load(source, '@user_script'), []);
  let pauses = 0;
  let results = run.advance();
  while (results === undefined) {
    pauses++;
    results = run.advance();
  }
  expect(results).toEqual([5_050 * 4 + 1 + 1 + 1 + 2, 'aabb', results[2]]);
  expect(pauses).toBeGreaterThan(50);
});

test('the variables of a function are the same in both forms', () => {
  const state = new LuaState();
  openLibraries(state);
  const [next] = state.run(state.load('local n = 0 return function() n = n + 1 return n end', '@user_script'), []);
  if (typeof next !== 'object' || next.type !== 'function') throw new Error('no function');
  expect([state.run(next, []), state.begin(next, []).advance(), state.run(next, [])]).toEqual([[1], [2], [3]]);
});

import { createHash } from 'node:crypto';
import type { Arguments, Command } from '../arguments.ts';
import { chooseRow, type Family } from '../family.ts';
import { isSafe } from '../safe.ts';
import { hashes } from './hashes.ts';
import { keys } from './keys.ts';
import { lists } from './lists.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';

const TYPES = [strings, strings, lists, lists, hashes, sets, keys];
/** Commands whose replies depend on order, chance or time, or differ between 7.0 and 7.2 (LPOS, timeouts). */
const UNSTABLE =
  /^(B[LRZ].*|LPOS|SMEMBERS|SINTER|SUNION|SDIFF|SPOP|SRANDMEMBER|[HSZ]?SCAN|KEYS|RANDOMKEY|HKEYS|HVALS|HGETALL|HRANDFIELD|P?TTL|P?EXPIRETIME|OBJECT|DUMP|SORT|TOUCH)$/i;

/** Runs the commands that ARGV holds, each after the number of its words; `each` is Lua that takes the reply `r`. */
function callAll(call: 'call' | 'pcall', each: string): string {
  return `local at, out = 1, {}
while at <= #ARGV do
  local n = tonumber(ARGV[at])
  if n < 1 or n > 20 then return 'no number of words' end
  local r = redis.${call}(unpack(ARGV, at + 1, at + n))
  ${each}
  at = at + n + 1
end
return out`;
}

const KEEP = 'out[#out + 1] = r';
const TYPED = "out[#out + 1] = type(r) .. ':' .. tostring(type(r) == 'table' and #r or r)";
const SHOW = `
local function show(r)
  if type(r) ~= 'table' then return type(r) .. ' ' .. tostring(r) end
  if r.err then return 'err ' .. r.err end
  if r.ok then return 'ok ' .. r.ok end
  if r.double then return 'double ' .. r.double end
  if r.map or r.set then return 'map or set' end
  local parts = {}
  for i, v in ipairs(r) do parts[i] = show(v) end
  return '{' .. table.concat(parts, ', ') .. '}'
end
`;
const SCRIPTS = [
  callAll('pcall', KEEP),
  callAll('pcall', KEEP),
  callAll('call', KEEP),
  `redis.setresp(3)\n${callAll('pcall', KEEP)}`,
  `redis.setresp(3)\n${callAll('call', KEEP)}`,
  callAll('pcall', TYPED),
  `${SHOW}${callAll('pcall', 'out[#out + 1] = show(r)')}`,
  `${SHOW}redis.setresp(3)\n${callAll('pcall', 'out[#out + 1] = show(r)')}`,
  callAll('pcall', "if type(r) == 'table' and r.err then return redis.error_reply('STOP ' .. #out) end out[#out + 1] = r"),
  callAll('pcall', "local ok, e = pcall(error, r) out[#out + 1] = {tostring(ok), e}"),
  callAll('pcall', "out[#out + 1] = {pcall(function() return r .. '' end)}"),
  callAll('pcall', "out[#out + 1] = {pcall(function() return r * 2 end)}"),
  `#!lua\n${callAll('pcall', KEEP)}`,
  `#!lua flags=no-writes\n${callAll('pcall', KEEP)}`,
  `#!lua flags=no-writes\n${callAll('call', KEEP)}`,
  callAll('call', "if #out > 1 then error('enough', 0) end out[#out + 1] = r"),
  callAll('call', "if #out > 1 then error({err = 'MY ' .. #out}) end out[#out + 1] = r"),
];

/** Scripts as users write them: a rate limiter, a lock, and others. */
const OWN = [
  "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIREAT', KEYS[1], 33177117420000) end return n > tonumber(ARGV[1])",
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end",
  "local l = redis.call('LRANGE', KEYS[1], 0, -1) table.sort(l) return l",
  "local l = redis.call('LRANGE', KEYS[1], 0, -1) return table.concat(l, ARGV[1])",
  "for i = 1, 5 do redis.call('RPUSH', KEYS[1], i * 1.5) end return redis.call('LLEN', KEYS[1])",
  "return redis.call('SET', KEYS[1], cjson.encode({1, 'x', {true, false}, ARGV[1] == ''}))",
  "return cmsgpack.pack(redis.pcall('LRANGE', KEYS[1], 0, 2))",
  "return {redis.call('TYPE', KEYS[1]), redis.call('TYPE', KEYS[1]).ok, redis.sha1hex(ARGV[1])}",
  "return redis.call('ZADD', KEYS[1], 3, ARGV[1], 2, 'b')",
  "redis.setresp(3) return {redis.call('ZSCORE', KEYS[1], 'b'), redis.call('EXISTS', KEYS[1])}",
  "return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')",
  "redis.call('SELECT', 1) redis.call('SET', KEYS[1], ARGV[1]) redis.call('SELECT', 0) return redis.call('GET', KEYS[1])",
  "return tonumber(redis.call('STRLEN', KEYS[1])) / 2",
  "return {redis.call('GET', KEYS[1]) or 'none', #ARGV[1], ARGV[1]:upper(), ARGV[1]:byte(1, -1)}",
];

const LIBRARY = `#!lua name=differential
redis.register_function('all', function(keys, args) ${callAll('pcall', KEEP).replaceAll('ARGV', 'args')} end)
redis.register_function{function_name = 'reads', callback = function(keys, args) ${callAll('call', KEEP).replaceAll('ARGV', 'args')} end, flags = {'no-writes'}}
`;

/** Scripts and functions that call random commands. */
export const scripts: Family = {
  name: 'scripts',
  since: '12',
  keys: ['k1', 'k2', 'k3', 'k4', 'k5'],
  begin: [['SCRIPT', 'FLUSH'], ['FUNCTION', 'LOAD', 'REPLACE', LIBRARY], ...SCRIPTS.map((script) => ['SCRIPT', 'LOAD', script])],
  rows: [
    [40, (a) => ['EVAL', a.pick(SCRIPTS), '0', ...calls(a)]],
    [10, (a) => [a.pick(['EVALSHA', 'EVALSHA_RO']), sha(a.pick(SCRIPTS)), '0', ...calls(a)]],
    [5, (a) => ['EVAL_RO', a.pick(SCRIPTS), '0', ...calls(a)]],
    [15, (a) => ['EVAL', a.pick(OWN), '1', a.key(), a.value()]],
    [8, (a) => [a.pick(['FCALL', 'FCALL_RO']), a.pick(['all', 'reads']), '0', ...calls(a)]],
    [5, (a) => [['MULTI'], ['EVAL', a.pick(SCRIPTS), '0', ...calls(a)], one(a), ['FCALL', 'all', '0', ...calls(a)], ['EXEC']]],
    [10, (a) => one(a)],
    [2, (a) => ['SCRIPT', 'EXISTS', sha(a.pick(SCRIPTS)), sha(a.value())]],
  ],
};

function sha(script: string): string {
  return createHash('sha1').update(script, 'latin1').digest('hex');
}

/** The words of some commands, each after their number. */
function calls(a: Arguments): string[] {
  return Array.from({ length: a.rng.int(1, 4) }, () => one(a)).flatMap((command) => [String(command.length), ...command]);
}

function one(a: Arguments): Command {
  for (;;) {
    const made = chooseRow(a.pick(TYPES), a.rng)(a);
    const command = (Array.isArray(made[0]) ? made[0] : made) as Command;
    if (isSafe(command) && !UNSTABLE.test(command[0]!) && !/^X/i.test(command[0]!)) return command;
  }
}

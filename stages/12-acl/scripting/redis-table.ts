import { createHash } from 'node:crypto';
import { formatNumber, toNumber } from '#shared/lua/number.ts';
import { LuaError, LuaFunction, LuaTable, type LuaValue } from '#shared/lua/value.ts';
import { log } from '#shared/log.ts';
import { formatDouble17 } from '#shared/numbers/double.ts';
import { REDIS_VERSION } from '#shared/redis-version.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { checkRequest } from '../acl/check.ts';
import { PROPAGATE_AOF, PROPAGATE_BOTH, PROPAGATE_REPL } from '../router/propagate.ts';
import type { Client } from '../clients/client.ts';
import { callFromScript } from './script-call.ts';
import type { ScriptRun } from './script-run.ts';
import { errorToLua, tableOf, toLua } from './to-lua.ts';

/** What runs in a world of Lua now. */
export interface Running {
  /** The script or function. */
  run: ScriptRun | undefined;
  /** Sends what scripts call, one after the other. */
  client?: Client | undefined;
  /** What is to be done when the script that is running has ended. */
  afterwards?: (() => void) | undefined;
  /** Until when a library may take to register its functions; ms, performance.now. */
  loadUntil?: number | undefined;
}

type Native = (args: readonly LuaValue[]) => readonly LuaValue[];

/** The table `redis` as scripts of EVAL see it (Redis: `luaRegisterRedisAPI`, `scriptingInit`). */
export function evalTable(running: Running): LuaTable {
  const table = functionTable(running);
  addFunctions(table, {
    breakpoint: () => [false],
    debug: () => [],
    replicate_commands: () => [true],
  });
  return table;
}

/** The same as functions see it when they are called: without what belongs to the debugger. */
export function functionTable(running: Running): LuaTable {
  const table = new LuaTable();
  addFunctions(table, {
    call: (args) => [callOrRaise(running, args)],
    pcall: (args) => [callOrReturn(running, args)],
    setresp: (args) => setResp(expectRun(running, 'redis.setresp'), args),
    sha1hex,
    error_reply: errorReply,
    status_reply: statusReply,
    set_repl: (args) => setRepl(expectRun(running, 'redis.set_repl'), args),
    acl_check_cmd: (args) => aclCheckCommand(expectRun(running, 'redis.acl_check_cmd'), args),
  });
  for (const [name, value] of REPLICATION) table.set(name, value);
  addLogAndVersion(table);
  return table;
}

/** What a library may use while it is loaded, too. */
export function addLogAndVersion(table: LuaTable): void {
  addFunctions(table, { log: logMessage });
  LOG_LEVELS.forEach((name, level) => table.set(`LOG_${name}`, level));
  table.set('REDIS_VERSION', REDIS_VERSION);
  table.set('REDIS_VERSION_NUM', versionNumber());
}

export function addFunctions(table: LuaTable, functions: Record<string, Native>): void {
  for (const [name, native] of Object.entries(functions)) table.set(name, new LuaFunction(name, native));
}

/** What is thrown becomes a table as `redis.pcall` returns it (Redis: `luaPushError`). */
export function luaError(text: string): LuaError {
  return new LuaError(tableOf('err', `ERR ${text}`));
}

const REPLICATION: readonly [name: string, flags: number][] = [
  ['REPL_NONE', 0],
  ['REPL_AOF', PROPAGATE_AOF],
  ['REPL_SLAVE', PROPAGATE_REPL],
  ['REPL_REPLICA', PROPAGATE_REPL],
  ['REPL_ALL', PROPAGATE_BOTH],
];
const LOG_LEVELS = ['DEBUG', 'VERBOSE', 'NOTICE', 'WARNING'] as const;
const LOGGERS = [log.debug, log.verbose, log.notice, log.warning];

/** Redis: `REDIS_VERSION_NUM`, a byte for each part. */
function versionNumber(): number {
  return REDIS_VERSION.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function expectRun({ run }: Running, name: string): ScriptRun {
  if (run === undefined) throw luaError(`${name} can only be called inside a script invocation`);
  return run;
}

/** `redis.call`: an error of the command is raised. */
function callOrRaise(running: Running, args: readonly LuaValue[]): LuaValue {
  const run = expectRun(running, 'redis.call/pcall');
  const reply = callFromScript(run, argumentsOf(args));
  if (reply instanceof ReplyError) throw new LuaError(errorToLua(reply));
  return toLua(reply, run.client.replies.protocol);
}

/** `redis.pcall`: it is returned. */
function callOrReturn(running: Running, args: readonly LuaValue[]): LuaValue {
  const run = expectRun(running, 'redis.call/pcall');
  const words = wordsOf(args);
  if (typeof words === 'string') return tableOf('err', `ERR ${words}`);
  return toLua(callFromScript(run, words), run.client.replies.protocol);
}

function argumentsOf(args: readonly LuaValue[]): readonly string[] {
  const words = wordsOf(args);
  if (typeof words === 'string') throw luaError(words);
  return words;
}

/** The words of a command; or the error, as a text (Redis: `luaArgsToRedisArgv`). */
function wordsOf(args: readonly LuaValue[]): readonly string[] | string {
  if (args.length === 0) return 'Please specify at least one argument for this redis lib call';
  let texts = 0;
  while (texts < args.length && typeof args[texts] === 'string') texts++;
  // Mostly all are strings. Nobody changes such an array: it can be the request.
  if (texts === args.length) return args as readonly string[];
  const words = args.slice(0, texts) as string[];
  for (let i = texts; i < args.length; i++) {
    const arg = args[i];
    if (typeof arg === 'string') words.push(arg);
    else if (typeof arg === 'number') words.push(numberText(arg));
    else return 'Lua redis lib command arguments must be strings or integers';
  }
  return words;
}

/** As C prints a double with `%.17g`. */
function numberText(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return Number.isNaN(value) ? '-nan' : formatDouble17(value);
}

function setResp(run: ScriptRun, args: readonly LuaValue[]): readonly LuaValue[] {
  if (args.length !== 1) throw luaError('redis.setresp() requires one argument.');
  const version = Math.trunc(toNumber(args[0]) ?? 0);
  if (version !== 2 && version !== 3) throw luaError('RESP version must be 2 or 3.');
  run.client.replies.protocol = version;
  return [];
}

function sha1hex(args: readonly LuaValue[]): readonly LuaValue[] {
  if (args.length !== 1) throw luaError('wrong number of arguments');
  return [sha1(textOf(args[0]) ?? '')];
}

/** The SHA-1 of a binary string, in hexadecimal. */
export function sha1(text: string): string {
  return createHash('sha1').update(text, 'latin1').digest('hex');
}

/** `redis.error_reply('CODE text')`; without a code it is `ERR`. */
function errorReply(args: readonly LuaValue[]): readonly LuaValue[] {
  const [text] = args;
  if (args.length !== 1 || typeof text !== 'string') return [tableOf('err', 'ERR wrong number or type of arguments')];
  const message = cString(text).replace(/^-/, '');
  const end = message.indexOf(' ');
  if (end === -1) return [tableOf('err', `ERR ${trimLines(message)}`)];
  return [tableOf('err', `${message.slice(0, end)} ${trimLines(message.slice(end + 1))}`)];
}

function trimLines(text: string): string {
  return text.replace(/^[\r\n]+|[\r\n]+$/g, '');
}

/** A string as C sees it: up to its first NUL. */
function cString(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

function statusReply(args: readonly LuaValue[]): readonly LuaValue[] {
  const [text] = args;
  if (args.length !== 1 || typeof text !== 'string') return [tableOf('err', 'ERR wrong number or type of arguments')];
  return [tableOf('ok', text)];
}

function setRepl(run: ScriptRun, args: readonly LuaValue[]): readonly LuaValue[] {
  if (args.length !== 1) throw luaError('redis.set_repl() requires two arguments.');
  const flags = Math.trunc(toNumber(args[0]) ?? 0);
  if ((flags & ~PROPAGATE_BOTH) !== 0) {
    throw luaError('Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
  }
  run.replication = flags;
  return [];
}

function aclCheckCommand({ server, caller }: ScriptRun, args: readonly LuaValue[]): readonly LuaValue[] {
  const words = argumentsOf(args);
  const command = server.commands.find(words);
  if (command === undefined) throw luaError('Invalid command passed to redis.acl_check_cmd()');
  return [caller.user === undefined || checkRequest(caller.user, command, words) === undefined];
}

function logMessage(args: readonly LuaValue[]): readonly LuaValue[] {
  if (args.length < 2) throw luaError('redis.log() requires two arguments or more.');
  const level = toNumber(args[0]);
  if (level === undefined) throw luaError('First argument must be a number (log level).');
  const write = LOGGERS[Math.trunc(level)];
  if (write === undefined) throw luaError('Invalid debug level.');
  const texts = args.slice(1).map(textOf).filter((text) => text !== undefined);
  write(Buffer.from(texts.join(' '), 'latin1').toString('utf8'));
  return [];
}

/** As `lua_tolstring`: a string or a number. */
function textOf(value: LuaValue): string | undefined {
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : undefined;
}

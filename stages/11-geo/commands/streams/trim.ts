import { ReplyError } from '#shared/resp/reply.ts';
import type { Request } from '../../router/request.ts';
import { limits } from '../../store/packing.ts';
import { idText, MAX_ID, parseUint64, type StreamId, type Uint64 } from '../../store/stream-id.ts';
import type { Stream } from '../../store/stream.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { invalidId, requireId } from './arguments.ts';

/** How to trim a stream. */
export interface Trim {
  readonly strategy: 'MAXLEN' | 'MINID';
  /** How many entries to keep at most, or the smallest ID to keep. */
  readonly keep: number | StreamId;
  /** `~`: only as far as is cheap. */
  readonly approximate: boolean;
  /** How many entries to remove at most; 0: any number. */
  readonly limit: number;
}

/** The ID that XADD was given; what is undefined is for the server to choose. */
export interface AddId {
  readonly ms: Uint64 | undefined;
  readonly seq: Uint64 | undefined;
}

/** The options that XADD and XTRIM share (Redis: `streamAddTrimArgs`). */
export interface AddOrTrimArguments {
  readonly trim: Trim | undefined;
  readonly noMkStream: boolean;
  readonly id: AddId;
  /** The position of the ID among the arguments; past the end if there is none. */
  readonly idAt: number;
}

/** How many full blocks an approximate trim removes at most, unless LIMIT says otherwise. */
const DEFAULT_BLOCKS = 100;
/** In entries: the limit where a block may have any number of them, and the highest limit of all. */
const DEFAULT_LIMIT = 10_000;
const LARGEST_DEFAULT_LIMIT = 1_000_000;
const CHOSEN_BY_SERVER: AddId = { ms: undefined, seq: undefined };
const PLAIN_ADD: AddOrTrimArguments = { trim: undefined, noMkStream: false, id: CHOSEN_BY_SERVER, idAt: 2 };

/**
 * `XADD key [NOMKSTREAM] [trim] id field value …` and `XTRIM key trim`, where trim is `MAXLEN|MINID [=|~] threshold
 * [LIMIT count]`; the order of errors is Redis's. @throws ReplyError (Redis: `streamParseAddOrTrimArgsOrReply`)
 */
export function parseAddOrTrim(request: Request, isAdd: boolean): AddOrTrimArguments {
  const { args } = request;
  if (isAdd && args[2] === '*') return PLAIN_ADD;
  let strategy: Trim['strategy'] | undefined;
  let keep: Trim['keep'] = 0;
  let approximate = false;
  let limit: number | undefined;
  let noMkStream = false;
  let id = CHOSEN_BY_SERVER;
  let at = 2;
  for (; at < args.length; at++) {
    const option = args[at]!.toUpperCase();
    const left = args.length - 1 - at;
    if (isAdd && option === '*') break;
    if ((option === 'MAXLEN' || option === 'MINID') && left > 0) {
      if (strategy !== undefined) throw conflictingStrategies();
      strategy = option;
      const sign = left >= 2 && (args[at + 1] === '~' || args[at + 1] === '=') ? args[++at] : undefined;
      approximate = sign === '~';
      keep = option === 'MAXLEN' ? notNegative(args[++at]!, 'MAXLEN') : requireId(args[++at]!);
    } else if (option === 'LIMIT' && left > 0) limit = notNegative(args[++at]!, 'LIMIT');
    else if (isAdd && option === 'NOMKSTREAM') noMkStream = true;
    else if (isAdd) {
      id = parseAddId(args[at]!);
      break;
    } else throw syntaxError();
  }
  if (limit && strategy === undefined) {
    throw new ReplyError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  }
  if (!isAdd && strategy === undefined) {
    throw new ReplyError('ERR syntax error, XTRIM must be called with a trimming strategy');
  }
  // Redis writes LIMIT after a trim that it has made exact, where it means nothing.
  if (limit !== undefined && !approximate && !request.client.mustObey) {
    throw new ReplyError('ERR syntax error, LIMIT cannot be used without the special ~ option');
  }
  const trim = strategy && { strategy, keep, approximate, limit: approximate ? (limit ?? defaultLimit()) : 0 };
  return { trim, noMkStream, id, idAt: at };
}

/** How a trim goes to the AOF and the replicas: with the threshold that was reached, as their blocks may differ. */
export function exactTrim(stream: Stream, { strategy, keep, approximate }: Trim): string[] {
  if (strategy === 'MAXLEN') return [strategy, '=', String(approximate ? stream.length : keep)];
  return [strategy, '=', idText(approximate ? (stream.firstEntryId ?? MAX_ID) : (keep as StreamId))];
}

function defaultLimit(): number {
  return Math.min(DEFAULT_BLOCKS * limits['stream-node-max-entries'] || DEFAULT_LIMIT, LARGEST_DEFAULT_LIMIT);
}

/** `*` is not among them: it has been seen before. */
function parseAddId(text: string): AddId {
  if (!text.endsWith('-*')) return requireId(text);
  const ms = parseUint64(text.slice(0, -2));
  if (ms === undefined) throw invalidId();
  return { ms, seq: undefined };
}

function notNegative(text: string, option: string): number {
  const value = parseLongLong(text);
  if (value < 0) throw new ReplyError(`ERR The ${option} argument must be >= 0.`);
  return Number(value);
}

function conflictingStrategies(): ReplyError {
  return new ReplyError('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
}

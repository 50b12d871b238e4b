import { keyAt } from '#shared/commands/key-specs.ts';
import { cString } from '#shared/resp/c-string.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { countDelivery, type Consumer, type ConsumerGroup, type PendingEntry } from '../../store/stream-groups.ts';
import { compareIds, idText, MIN_ID, parseId, type StreamId, type Uint64 } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { entryReply, rangeStart, requireId } from './arguments.ts';
import { claimEffect, setIdEffect, signalGroups } from './groups.ts';
import { requireGroup } from './pending.ts';

/** Giving pending entries to another consumer. */
export const streamClaim: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xclaim',
      arity: -6,
      flags: 'write fast',
      keys: [keyAt(1, 'RW update')],
      tips: 'nondeterministic_output',
      since: '5.0.0',
      summary: 'Takes over pending entries by ID.',
      run: xclaim,
    },
    {
      name: 'xautoclaim',
      arity: -6,
      flags: 'write fast',
      keys: [keyAt(1, 'RW delete')],
      tips: 'nondeterministic_output',
      since: '6.2.0',
      summary: 'Takes over entries that have been pending for long.',
      run: xautoclaim,
    },
  ],
};

interface ClaimOptions {
  readonly ids: readonly StreamId[];
  readonly minIdle: number;
  readonly now: number;
  readonly deliveryTime: number;
  readonly retryCount: Uint64 | undefined;
  readonly force: boolean;
  readonly justId: boolean;
  readonly lastId: StreamId;
}

/** `XCLAIM key group consumer min-idle-time id … [IDLE ms] [TIME ms] [RETRYCOUNT n] [FORCE] [JUSTID] [LASTID id]`. */
function xclaim(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const { stream, group } = requireGroup(db.lookupReadToChange(key, Stream), args);
  const options = parseClaim(args);
  const claim = new Claim(request, stream, group, options.justId);
  const advances = compareIds(options.lastId, group.lastId) > 0;
  if (advances) group.lastId = options.lastId;
  for (const id of options.ids) {
    const pending = group.pending.get(id);
    if (!stream.has(id)) {
      if (pending !== undefined) claim.forget(pending);
      continue;
    }
    if (pending === undefined && !options.force) continue;
    if (pending !== undefined && options.now - pending.deliveryTime < options.minIdle) continue;
    const consumer = claim.consumer();
    const entry = pending ?? group.addPending({ ...id, consumer, deliveryTime: options.now, deliveryCount: 1 });
    claim.take(entry, options.deliveryTime, options.retryCount);
  }
  if (advances && claim.effects.length === 0) claim.effects.push(setIdEffect(key, args[2]!, group));
  claim.end();
  return claim.replies;
}

/** `XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID]`. */
function xautoclaim(request: Request): Reply {
  const { db, args } = request;
  const { minIdle, start, count, justId } = parseAutoClaim(args);
  const { stream, group } = requireGroup(db.lookupReadToChange(args[1]!, Stream), args);
  const claim = new Claim(request, stream, group, justId);
  const now = Date.now();
  // Ten looks for each entry wanted, so that a call does not walk through a long list of entries not idle enough.
  let looks = count * 10;
  let left = count;
  let next: StreamId = MIN_ID;
  const chosen: PendingEntry[] = [];
  for (const entry of group.pending.from(start)) {
    if (looks-- === 0 || left === 0) {
      next = entry;
      break;
    }
    if (stream.has(entry) && now - entry.deliveryTime < minIdle) continue;
    chosen.push(entry);
    left--;
  }
  const deleted: string[] = [];
  for (const entry of chosen) {
    if (stream.has(entry)) claim.take(entry, now, undefined);
    else {
      claim.forget(entry);
      deleted.push(idText(entry));
    }
  }
  claim.end();
  return [idText(next), claim.replies, deleted];
}

/** The entries that one command takes over, its reply, and its effects for the AOF and the replicas. */
class Claim {
  readonly replies: Reply[] = [];
  readonly effects: string[][] = [];
  private readonly request: Request;
  private readonly stream: Stream;
  private readonly group: ConsumerGroup;
  private readonly justId: boolean;
  private event: string | undefined;

  constructor(request: Request, stream: Stream, group: ConsumerGroup, justId: boolean) {
    this.request = request;
    this.stream = stream;
    this.group = group;
    this.justId = justId;
    const consumer = group.consumers.get(request.args[3]!);
    if (consumer !== undefined) consumer.seenTime = Date.now();
  }

  /** The consumer that claims; it is made when there is something for it to claim. */
  consumer(): Consumer {
    const { group, request } = this;
    const name = request.args[3]!;
    const known = group.consumers.get(name);
    if (known !== undefined) return known;
    this.event = 'xgroup-createconsumer';
    return group.createConsumer(name);
  }

  take(entry: PendingEntry, deliveryTime: number, retryCount: Uint64 | undefined): void {
    const consumer = this.consumer();
    consumer.activeTime = Date.now();
    this.group.giveTo(entry, consumer);
    entry.deliveryTime = deliveryTime;
    if (retryCount !== undefined) entry.deliveryCount = retryCount;
    else if (!this.justId) countDelivery(entry);
    this.replies.push(this.justId ? idText(entry) : entryReply(this.stream.get(entry)!));
    this.tell(entry);
  }

  /** The stream no longer has this pending entry. There is nothing left to work on, so it is no longer pending. */
  forget(entry: PendingEntry): void {
    this.tell(entry);
    this.group.acknowledge(entry);
  }

  end(): void {
    const { request, effects } = this;
    request.effects = effects;
    if (effects.length > 0) signalGroups(request.db, request.args[1]!, this.stream, this.event);
  }

  private tell(entry: PendingEntry): void {
    const [, key, groupName] = this.request.args;
    this.effects.push(claimEffect(key!, groupName!, this.group, entry));
  }
}

function parseClaim(args: readonly string[]): ClaimOptions {
  const minIdle = parseMinIdle(args[4]!, 'XCLAIM');
  const ids: StreamId[] = [];
  let at = 5;
  for (; at < args.length; at++) {
    const id = parseId(args[at]!);
    if (id === undefined) break;
    ids.push(id);
  }
  const now = Date.now();
  let deliveryTime = now;
  let retryCount: Uint64 | undefined;
  let lastId = MIN_ID;
  let force = false;
  let justId = false;
  for (; at < args.length; at++) {
    const option = args[at]!.toUpperCase();
    const hasValue = at + 1 < args.length;
    if (option === 'FORCE') force = true;
    else if (option === 'JUSTID') justId = true;
    else if (option === 'IDLE' && hasValue) deliveryTime = now - Number(optionNumber(option, args[++at]!));
    else if (option === 'TIME' && hasValue) deliveryTime = Number(optionNumber(option, args[++at]!));
    else if (option === 'RETRYCOUNT' && hasValue) {
      const value = optionNumber(option, args[++at]!);
      retryCount = value < 0 ? undefined : value;
    } else if (option === 'LASTID' && hasValue) lastId = requireId(args[++at]!);
    else throw new ReplyError(`ERR Unrecognized XCLAIM option '${cString(args[at]!)}'`);
  }
  // A client's clock may differ from ours: a time in the future, or before 1970, is taken for now.
  if (deliveryTime < 0 || deliveryTime > now) deliveryTime = now;
  return { ids, minIdle, now, deliveryTime, retryCount, force, justId, lastId };
}

interface AutoClaimOptions {
  readonly minIdle: number;
  readonly start: StreamId;
  readonly count: number;
  readonly justId: boolean;
}

function parseAutoClaim(args: readonly string[]): AutoClaimOptions {
  const minIdle = parseMinIdle(args[4]!, 'XAUTOCLAIM');
  const start = rangeStart(args[5]!);
  let count = 100;
  let justId = false;
  for (let i = 6; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    if (option === 'COUNT' && i + 1 < args.length) {
      count = Number(parseLongLong(args[++i]!, BAD_COUNT));
      if (count < 1 || count > MAX_AUTOCLAIM_COUNT) throw new ReplyError(BAD_COUNT);
    } else if (option === 'JUSTID') justId = true;
    else throw syntaxError();
  }
  return { minIdle, start, count, justId };
}

const BAD_COUNT = 'ERR COUNT must be > 0';
/** Redis keeps 16 bytes for each. */
const MAX_AUTOCLAIM_COUNT = 2 ** 63 / 16;

function parseMinIdle(text: string, command: string): number {
  return Number(parseLongLong(text, `ERR Invalid min-idle-time argument for ${command}`));
}

function optionNumber(option: string, text: string): Uint64 {
  return parseLongLong(text, `ERR Invalid ${option} option argument for XCLAIM`);
}

import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError, Status } from '#shared/resp/reply.ts';
import { encodeRequest } from '../harness/client.ts';
import type { Rng } from '../harness/rng.ts';
import { scripted, SCRIPTS_SINCE } from './scripted.ts';
import type { State, StreamEntry, Value } from './value.ts';

/** The key that all connections increment: its values show in which order they were served. */
export const COUNTER = 'counter';

/** One write as a client sees it, a command, or several in MULTI … EXEC or in a script: after a crash it is there, or it is not. */
export interface Unit {
  /** Counts the units of a connection, from 1. */
  readonly number: number;
  /** The bytes of the requests. */
  readonly wire: string;
  readonly steps: readonly Step[];
  /** How many replies it gets; the last one acknowledges it. */
  readonly replies: number;
  /** When the last reply came (`performance.now()`), or null. */
  ackedAt: number | null;
  /** What COUNTER was after this unit, or null when the unit does not touch it, or no client got the reply. */
  counter: number | null;
}

/** A command on one key, and what it makes of the key's value. */
export interface Step {
  readonly args: readonly string[];
  readonly key: string;
  apply(before: Value | undefined): Value | undefined;
  /** Looks at the reply. @returns whether it is right */
  accept(reply: Decoded): boolean;
}

/** An endless source of units that writes to keys of its own (`NAME:…`) and to COUNTER. */
export interface Workload {
  /** The next unit; `state` has it already. */
  next(): Unit;
}

/**
 * @param state the owner's keys as they are; kept in step with all units handed out
 * @param stage the number of the oldest stage: commands that it does not know are left out
 */
export function createWorkload(name: string, rng: Rng, state: State, sent: number, stage: string): Workload {
  let number = sent;
  const mark = `${name}:mark`;
  const key = (type: string) => `${name}:${type}:${rng.int(1, KEYS)}`;
  const text = () => `${number} ${'.'.repeat(rng.chance(LONG_SHARE) ? rng.int(1, LONG) : rng.int(0, SHORT))}`;

  const single = (): Step => {
    const kind = rng.int(1, 100);
    if (kind <= 25) return set(key('string'), text());
    if (kind <= 45) return incr(key('number'), state);
    if (kind <= 60) return rpush(key('list'), text(), state);
    if (kind <= 75) return hset(key('hash'), String(rng.int(1, FIELDS)), text(), state);
    if (kind <= 85 || (kind <= 90 && stage < '10')) return xadd(key('stream'), text());
    if (kind <= 90) return ranked(key('zset'), rng, state);
    // The mark stays: it shows whether a unit that increments COUNTER was executed.
    const keys = [...state.keys()].filter((one) => one !== mark);
    return keys.length === 0 ? set(key('string'), text()) : del(rng.pick(keys));
  };
  const pair = (): Step[] => {
    if (rng.chance(0.5)) return [count(), set(mark, String(number))];
    const value = text();
    return [set(key('string'), value), rpush(key('list'), value, state)];
  };
  const script = () => [...pair(), hset(key('hash'), String(rng.int(1, FIELDS)), text(), state), xadd(key('stream'), text())];
  const unit = (steps: Step[], wire: string, replies: number): Unit => ({ number, wire, steps, replies, ackedAt: null, counter: null });

  return {
    next() {
      number++;
      const several = rng.chance(PAIR_SHARE);
      const isScript = several && stage >= SCRIPTS_SINCE && rng.chance(SCRIPT_SHARE);
      const steps = isScript ? script() : several ? pair() : [single()];
      for (const step of steps) applyStep(step, state);
      if (isScript) return unit(steps, encodeRequest(scripted(steps.map((step) => step.key), steps.map(({ args }) => args), rng)), 1);
      const requests = steps.map(({ args }) => encodeRequest(args));
      if (!several) return unit(steps, requests[0]!, 1);
      return unit(steps, [MULTI, ...requests, EXEC].join(''), steps.length + 2);
    },
  };
}

/** Changes the state as the command would; COUNTER is in no connection's state. */
export function applyStep({ key, apply }: Step, state: State): void {
  if (key === COUNTER) return;
  const after = apply(state.get(key));
  if (after === undefined) state.delete(key);
  else state.set(key, after);
}

/**
 * Takes a unit's last reply.
 * @returns what is wrong with it, or null
 */
export function acknowledge(unit: Unit, reply: Decoded, now: number): string | null {
  const replies = unit.steps.length === 1 ? [reply] : Array.isArray(reply) ? reply : [];
  const right = replies.length === unit.steps.length && unit.steps.every((step, at) => step.accept(replies[at]!));
  const said = reply instanceof ReplyError ? reply.message : JSON.stringify(reply);
  if (!right) return `unit ${unit.number}, ${unit.steps.map(showStep).join(', ')}: the reply was ${said}`;
  unit.ackedAt = now;
  if (unit.steps[0]!.key === COUNTER) unit.counter = replies[0] as number;
  return null;
}

/** The command, without its long words. */
export function showStep({ args }: Step): string {
  return args.map((arg) => (arg.length > 30 ? `${arg.slice(0, 20)}…` : arg)).join(' ');
}

const KEYS = 6;
const FIELDS = 12;
/** More members than a listpack has, so that some sorted sets are skip lists. */
const RANKED = 200;
const PAIR_SHARE = 0.2;
/** The share of scripts among the units that write several keys; the others are transactions. */
const SCRIPT_SHARE = 0.5;
const SHORT = 120;
/** Some values are so long that a write of theirs may be cut in two. */
const LONG = 40_000;
const LONG_SHARE = 0.01;
/** A list or a stream is deleted and begun again at this number of elements. */
const LONGEST = 40;

const MULTI = encodeRequest(['MULTI']);
const EXEC = encodeRequest(['EXEC']);

const isOk = (reply: Decoded) => reply instanceof Status && reply.text === 'OK';

function set(key: string, text: string): Step {
  return { args: ['SET', key, text], key, apply: () => text, accept: isOk };
}

function count(): Step {
  return { args: ['INCR', COUNTER], key: COUNTER, apply: () => undefined, accept: (reply) => Number(reply) > 0 };
}

function incr(key: string, state: State): Step {
  const sum = Number(state.get(key) ?? 0) + 1;
  return { args: ['INCR', key], key, apply: () => String(sum), accept: (reply) => reply === sum };
}

function rpush(key: string, text: string, state: State): Step {
  const before = (state.get(key) ?? []) as readonly string[];
  if (before.length >= LONGEST) return del(key);
  const after = [...before, text];
  return { args: ['RPUSH', key, text], key, apply: () => after, accept: (reply) => reply === after.length };
}

function hset(key: string, field: string, text: string, state: State): Step {
  const before = (state.get(key) ?? new Map()) as ReadonlyMap<string, string>;
  const after = new Map([...before, [field, text]]);
  const added = before.has(field) ? 0 : 1;
  return { args: ['HSET', key, field, text], key, apply: () => after, accept: (reply) => reply === added };
}

function xadd(key: string, text: string): Step {
  const entry: StreamEntry = { id: null, text };
  return {
    args: ['XADD', key, 'MAXLEN', String(LONGEST), '*', 'text', text],
    key,
    apply: (before = []) => [...(before as readonly StreamEntry[]), entry].slice(-LONGEST),
    accept(reply) {
      if (typeof reply !== 'string') return false;
      entry.id = reply;
      return true;
    },
  };
}

/** ZADD of one member, ZINCRBY, or ZPOPMIN. Scores stay whole numbers, of which doubles know the sum. */
function ranked(key: string, rng: Rng, state: State): Step {
  const before = (state.get(key) ?? new Map()) as ReadonlyMap<string, string>;
  if (before.size > 0 && rng.chance(0.2)) return zpopmin(key, before);
  const member = `m${rng.int(1, RANKED)}`;
  const change = rng.int(-100, 100);
  const sum = String(Number(before.get(member) ?? 0) + change);
  if (rng.chance(0.5)) {
    const after = new Map([...before, [member, sum]]);
    return { args: ['ZINCRBY', key, String(change), member], key, apply: () => after, accept: (reply) => reply === sum };
  }
  const after = new Map([...before, [member, String(change)]]);
  const added = before.has(member) ? 0 : 1;
  return { args: ['ZADD', key, String(change), member], key, apply: () => after, accept: (reply) => reply === added };
}

function zpopmin(key: string, before: ReadonlyMap<string, string>): Step {
  const [first, ...rest] = [...before].sort(([a, x], [b, y]) => Number(x) - Number(y) || (a < b ? -1 : 1));
  const after = rest.length === 0 ? undefined : new Map(rest);
  const accept = (reply: Decoded) => Array.isArray(reply) && reply.join() === first!.join();
  return { args: ['ZPOPMIN', key], key, apply: () => after, accept };
}

function del(key: string): Step {
  return { args: ['DEL', key], key, apply: () => undefined, accept: (reply) => reply === 1 };
}

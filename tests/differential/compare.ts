import { children } from '../harness/children.ts';
import type { Command } from './arguments.ts';
import { exceptionFor } from './exceptions.ts';

/** Compares the replies of two servers to the same commands, in order, with the transaction that they may be in. */
export interface Comparer {
  /** Whether two encoded replies say the same, as far as Redis promises it. */
  same(command: Command, ours: string, theirs: string): boolean;
}

/** @param onException called with the reason each time a documented exception excuses a difference */
export function createComparer(onException: (reason: string) => void = () => {}): Comparer {
  let queued: Command[] | null = null;
  const seen = { sorted: false, overflowed: false, scored: false };

  const compare = (command: Command, ours: string, theirs: string, before: readonly Command[] = []): boolean => {
    if (ours === theirs) return true;
    if (RULES[name(command)]?.(ours, theirs, command)) return true;
    const reason = exceptionFor(command, ours, theirs, before, seen);
    if (reason !== null) onException(reason);
    return reason !== null;
  };

  return {
    same(command, ours, theirs) {
      const inTransaction = queued;
      if (/^SORT(_RO)?$/.test(name(command))) seen.sorted = true;
      if (/^Z(ADD|INCRBY)$/.test(name(command))) seen.scored = true;
      if (command.some((word) => /\d{19}|e\d{3}/.test(word))) seen.overflowed = true;
      if (theirs === '+QUEUED\r\n') queued?.push(command);
      else if (name(command) === 'MULTI' && theirs === '+OK\r\n') queued = [];
      else if (['EXEC', 'DISCARD'].includes(name(command)) && !theirs.startsWith('-ERR wrong number')) queued = null;
      if (name(command) !== 'EXEC' || !isArray(ours) || !isArray(theirs)) return compare(command, ours, theirs);
      const [a, b] = [children(ours), children(theirs)];
      const ran = inTransaction ?? [];
      return a.length === b.length && a.every((reply, at) => compare(ran[at] ?? [''], reply, b[at]!, ran.slice(0, at)));
    },
  };
}

type Rule = (ours: string, theirs: string, command: Command) => boolean;

/** How far apart in time the two servers may run the same command, in ms. */
const SLACK_MS = 3_000;

const RULES: Record<string, Rule> = {
  SMEMBERS: sameElements,
  SINTER: sameElements,
  SUNION: sameElements,
  SDIFF: sameElements,
  KEYS: sameElements,
  HKEYS: sameElements,
  HVALS: sameElements,
  HGETALL: (ours, theirs) => samePairs(ours, theirs),
  SPOP: sameElements,
  SCAN: (ours, theirs) => sameScan(ours, theirs, sameElements),
  SSCAN: (ours, theirs) => sameScan(ours, theirs, sameElements),
  HSCAN: (ours, theirs) => sameScan(ours, theirs, samePairs),
  ZSCAN: (ours, theirs) => sameScan(ours, theirs, samePairs),
  SRANDMEMBER: sameChoice,
  HRANDFIELD: sameChoice,
  ZRANDMEMBER: sameChoice,
  RANDOMKEY: (ours, theirs) =>
    ours[0] === '$' && theirs[0] === '$' && !ours.startsWith('$-1') && !theirs.startsWith('$-1'),
  TTL: (ours, theirs) => near(ours, theirs, SLACK_MS / 1000),
  PTTL: (ours, theirs) => near(ours, theirs, SLACK_MS),
  EXPIRETIME: (ours, theirs) => near(ours, theirs, SLACK_MS / 1000),
  PEXPIRETIME: (ours, theirs) => near(ours, theirs, SLACK_MS),
  XPENDING: sameButTimes,
  XINFO: (ours, theirs) => sameTree(withoutClocks(ours), withoutClocks(theirs)),
};

function name(command: Command): string {
  return command[0]!.toUpperCase();
}

function isArray(reply: string): boolean {
  return reply[0] === '*' && !reply.startsWith('*-1');
}

function isAggregate(reply: string): boolean {
  return /^[*~%>]\d/.test(reply);
}

function sameElements(ours: string, theirs: string): boolean {
  if (!isAggregate(ours) || header(ours) !== header(theirs)) return false;
  return joined(children(ours)) === joined(children(theirs));
}

function samePairs(ours: string, theirs: string): boolean {
  if (!isAggregate(ours) || header(ours) !== header(theirs)) return false;
  return joined(pairs(children(ours))) === joined(pairs(children(theirs)));
}

/** A cursor and the elements; the cursor is compared too, since one call was enough for all. */
function sameScan(ours: string, theirs: string, elements: Rule): boolean {
  if (!isArray(ours) || !isArray(theirs)) return false;
  const [cursor, items] = children(ours);
  const [theirCursor, theirItems] = children(theirs);
  return cursor === theirCursor && elements(items!, theirItems!, []);
}

/** Elements picked at random: as many on both sides, of the same type; and the same ones when the request was for all. */
function sameChoice(ours: string, theirs: string, command: Command): boolean {
  if (!isAggregate(ours))
    return ours[0] === '$' && theirs[0] === '$' && ours.startsWith('$-1') === theirs.startsWith('$-1');
  if (header(ours) !== header(theirs)) return false;
  if (command[2] !== '100') return true;
  return command.some((word) => /^WITH(VALUES|SCORES)$/i.test(word))
    ? samePairs(ours, theirs) || sameElements(ours, theirs)
    : sameElements(ours, theirs);
}

function near(ours: string, theirs: string, slack: number): boolean {
  const [a, b] = [integer(ours), integer(theirs)];
  return a !== null && b !== null && a > 0 && b > 0 && Math.abs(a - b) <= slack;
}

function integer(reply: string): number | null {
  return /^:-?\d+\r\n$/.test(reply) ? Number(reply.slice(1)) : null;
}

/** XPENDING's entries hold how long ago each was delivered. */
function sameButTimes(ours: string, theirs: string): boolean {
  return sameTree(
    ours,
    theirs,
    (a, b) =>
      /^:\d+\r\n$/.test(a) &&
      /^:\d+\r\n$/.test(b) &&
      near(`:${1 + Number(a.slice(1))}\r\n`, `:${1 + Number(b.slice(1))}\r\n`, SLACK_MS),
  );
}

/** Equal, or the same types in the same shape with leaves that `alike` accepts. */
function sameTree(ours: string, theirs: string, alike: Rule = () => false): boolean {
  if (ours === theirs) return true;
  if (!isAggregate(ours) || header(ours) !== header(theirs)) return alike(ours, theirs, []);
  const [a, b] = [children(ours), children(theirs)];
  return a.length === b.length && a.every((item, at) => sameTree(item, b[at]!, alike));
}

/** Fields of XINFO that hold pending entries. */
const PENDING = ['pel', 'pending'];
const CLOCKS = ['idle', 'inactive', 'seen-time', 'active-time', 'radix-tree-keys', 'radix-tree-nodes'];

/**
 * Drops from XINFO's maps times and the layout of Redis's own tree, and from pending entries the
 * delivery time; so what is left can be compared byte by byte.
 */
function withoutClocks(reply: string): string {
  if (!isAggregate(reply)) return reply;
  const items = children(reply);
  const named = items.every((item, at) => at % 2 === 1 || /^\$\d+\r\n[a-z-]+\r\n$/.test(item));
  if (items.length === 0 || items.length % 2 === 1 || !named) return `(${items.map(withoutClocks).join('')})`;
  const kept = pairsOf(items).filter(([field]) => !CLOCKS.includes(nameOf(field!)));
  const cleaned = kept.map(([field, value]) => {
    return field + (PENDING.includes(nameOf(field!)) ? withoutTimes(value!) : withoutClocks(value!));
  });
  return `{${cleaned.join('')}}`;
}

/** What stands in an encoded bulk string without line breaks. */
function nameOf(field: string): string {
  return field.split('\r\n')[1]!;
}

/** A delivery time is a number of 13 digits. */
function withoutTimes(reply: string): string {
  return reply.replace(/:\d{13}\r\n/g, ':time\r\n');
}

function header(reply: string): string {
  return reply.slice(0, reply.indexOf('\r\n'));
}

function joined(items: string[]): string {
  return items.sort().join('');
}

function pairs(items: string[]): string[] {
  // RESP3 nests the pairs of HRANDFIELD; a scan's are flat.
  return pairsOf(items).map((pair) => pair.join(''));
}

function pairsOf(items: string[]): string[][] {
  return items.flatMap((item, at) => (at % 2 === 0 ? [[item, items[at + 1] ?? '']] : []));
}

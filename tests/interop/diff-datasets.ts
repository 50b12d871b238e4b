import { isDeepStrictEqual } from 'node:util';
import { quoted } from '../harness/show.ts';
import type { Dataset, GroupState, KeyState, StreamState } from './read-dataset.ts';

export interface DiffOptions {
  /** How far two deadlines may lie apart, in ms. Default 0: they are absolute times. */
  expireSlackMs?: number;
  /**
   * Whether a consumer's seen-time and active-time must agree. Default true: an RDB file keeps them. A replica and a
   * rewritten AOF do not. `seen`: not when it was active, which files before version 11 do not have.
   */
  consumerTimes?: boolean | 'seen';
  /**
   * Whether what counts a stream's entries must agree: entries-added, max-deleted-entry-id, entries-read. Default true;
   * files before RDB version 10 do not have it.
   */
  streamCounters?: boolean;
  /** After this many differences the rest is only counted. Default 20. */
  limit?: number;
}

/** How the second dataset differs from the first, a line for each difference; empty when they are equal. */
export function diffDatasets(a: Dataset, b: Dataset, options: DiffOptions = {}): string[] {
  const { limit = 20 } = options;
  const differences: string[] = [];
  for (const database of [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y)) {
    const [left, right] = [a.get(database) ?? new Map(), b.get(database) ?? new Map()];
    for (const key of new Set<string>([...left.keys(), ...right.keys()])) {
      const name = `db${database} ${show(key)}`;
      differences.push(...diffKeys(left.get(key), right.get(key), options).map((text) => `${name}: ${text}`));
    }
  }
  if (differences.length <= limit) return differences;
  return [...differences.slice(0, limit), `… and ${differences.length - limit} more`];
}

function diffKeys(a: KeyState | undefined, b: KeyState | undefined, options: DiffOptions): string[] {
  if (!a) return [`only in the second (${b!.type})`];
  if (!b) return [`only in the first (${a.type})`];
  if (a.type !== b.type) return [`${a.type} ≠ ${b.type}`];
  const differences: string[] = [];
  if (!deadlinesAgree(a.expireAt, b.expireAt, options.expireSlackMs ?? 0)) {
    differences.push(`expires at ${a.expireAt} ≠ ${b.expireAt}`);
  }
  if (a.type !== 'stream') return [...differences, ...diffValues(a.type, a.value, b.value)];
  const times = options.consumerTimes ?? true;
  const [left, right] = [streamFacts(a.value as StreamState), streamFacts(b.value as StreamState)];
  for (const fact of new Set([...left.keys(), ...right.keys()])) {
    if (fact.endsWith(' seen-time') && times === false) continue;
    if (fact.endsWith(' active-time') && times !== true) continue;
    if (COUNTERS.test(fact) && options.streamCounters === false) continue;
    // Servers before 7.2 have no active-time.
    if (fact.endsWith(' active-time') && [left.get(fact), right.get(fact)].includes(undefined)) continue;
    differences.push(...diffValues(`stream ${fact}`, left.get(fact), right.get(fact)));
  }
  return differences;
}

const COUNTERS = /(^| )(entries-added|max-deleted-entry-id|entries-read)$/;

function deadlinesAgree(a: number | null, b: number | null, slackMs: number): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= slackMs;
}

/** A stream as a flat list of facts, so that a difference names what differs. */
function streamFacts(stream: StreamState): Map<string, unknown> {
  const facts = new Map<string, unknown>([
    ['entries', stream.entries],
    ['last-generated-id', stream.lastId],
    ['max-deleted-entry-id', stream.maxDeletedId],
    ['entries-added', stream.entriesAdded],
  ]);
  for (const [name, group] of Object.entries<GroupState>(stream.groups)) {
    const at = `group ${show(name)}`;
    facts.set(`${at} last-delivered-id`, group.lastDeliveredId);
    facts.set(`${at} entries-read`, group.entriesRead);
    facts.set(`${at} pending`, group.pending);
    facts.set(`${at} consumers`, Object.keys(group.consumers).sort());
    for (const [consumer, { seenTime, activeTime }] of Object.entries(group.consumers)) {
      facts.set(`${at} consumer ${show(consumer)} seen-time`, seenTime);
      facts.set(`${at} consumer ${show(consumer)} active-time`, activeTime);
    }
  }
  return facts;
}

function diffValues(what: string, a: unknown, b: unknown): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (!Array.isArray(a) || !Array.isArray(b)) return [`${what} ${show(a)} ≠ ${show(b)}`];
  if (a.length !== b.length) return [`${what} has ${a.length} ≠ ${b.length} items; ${firstDifference(a, b)}`];
  return [`${what} ${firstDifference(a, b)}`];
}

function firstDifference(a: unknown[], b: unknown[]): string {
  const at = a.findIndex((item, i) => !isDeepStrictEqual(item, b[i]));
  const index = at === -1 ? a.length : at;
  return `[${index}] ${show(a[index])} ≠ ${show(b[index])}`;
}

const SHOWN = 60;

/** A value in a few printable characters. */
function show(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > SHOWN ? `${quoted(value.slice(0, SHOWN))}… (${value.length} bytes)` : quoted(value);
  }
  const text = JSON.stringify(value) ?? 'nothing';
  const printable = text.replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return printable.length > SHOWN ? `${printable.slice(0, SHOWN)}…` : printable;
}

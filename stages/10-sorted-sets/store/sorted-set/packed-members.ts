import { entryOf, entryText, findEntry, nextEntry, seekEntry } from '#shared/packed/listpack.ts';
import { flat, splice } from '#shared/packed/flat-string.ts';
import { formatDouble } from '#shared/numbers/double.ts';
import { isBeforeMember, isBeforeScore, type Place } from './place.ts';

// A small sorted set: the entries of a listpack, in which each member is followed by its score, in order.

/** A number from here on is more than one byte. */
const SMALL_INTEGER = 0x80;

/** Where a member's entry begins; -1 when it is not there. */
export function findMember(entries: string, member: string): number {
  return findEntry(entries, member, 2);
}

/** Where the member of a rank begins. */
export function seekMember(entries: string, rank: number): number {
  return seekEntry(entries, rank * 2);
}

/** Where the member after the one at `at` begins. */
export function nextMember(entries: string, at: number): number {
  return nextEntry(entries, nextEntry(entries, at));
}

/** The score of the member at `at` (Redis: `zzlGetScore`). */
export function scoreOf(entries: string, at: number): number {
  const scoreAt = nextEntry(entries, at);
  const code = entries.charCodeAt(scoreAt);
  if (code < SMALL_INTEGER) return code;
  const text = entryText(entries, scoreAt);
  if (text === 'inf') return Infinity;
  return text === '-inf' ? -Infinity : Number(text);
}

/** The score as the listpack keeps it: integers as such, others as text. */
export function scoreText(score: number): string {
  // A listpack can't hold a negative zero.
  return score === 0 ? '0' : formatDouble(score);
}

/** With a member that is not there yet, in its place (Redis: `zzlInsert`). */
export function withMember(entries: string, score: number, member: string): string {
  const pair = entryOf(member) + entryOf(scoreText(score));
  for (let at = 0; at < entries.length; at = nextMember(entries, at)) {
    const other = scoreOf(entries, at);
    if (other < score || (other === score && entryText(entries, at) < member)) continue;
    return splice(entries, at, at, pair);
  }
  return flat(entries + pair);
}

/** Without the member at `at`. */
export function withoutMember(entries: string, at: number): string {
  return splice(entries, at, nextMember(entries, at), '');
}

/** Without the members of the ranks from `start` up to, but without, `end`. */
export function withoutRange(entries: string, start: number, end: number): string {
  return splice(entries, seekMember(entries, start), seekMember(entries, end), '');
}

/** How many members stand before the one at `at`. */
export function rankAt(entries: string, at: number): number {
  let rank = 0;
  for (let other = 0; other < at; other = nextMember(entries, other)) rank++;
  return rank;
}

/** How many members stand before a place. */
export function countBefore(entries: string, place: Place): number {
  let rank = 0;
  for (let at = 0; at < entries.length && isBeforePlace(entries, at, place); at = nextMember(entries, at)) rank++;
  return rank;
}

function isBeforePlace(entries: string, at: number, place: Place): boolean {
  return place.member === undefined
    ? isBeforeScore(scoreOf(entries, at), place)
    : isBeforeMember(entryText(entries, at), place.member, place.after);
}

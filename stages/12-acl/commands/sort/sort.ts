import { keyAt, keySomewhere, type FoundKey } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { mayReadEveryKey } from '../../acl/check.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { List } from '../../store/list.ts';
import { SetValue } from '../../store/set-value.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { wrongType } from '../../store/value.ts';
import { parseSortOptions, type SortOptions } from './options.ts';
import { sortByBytes, sortByNumbers, sortByTexts } from './order.ts';
import { lookupPattern, type Pattern } from './patterns.ts';

const source = keyAt(1, 'RO access');
const patterns = keySomewhere('RO access');
const target = keySomewhere('OW update');
const categories = 'set sortedset list dangerous';

/** SORT: the elements of a list, set or sorted set in order, or values of other keys for each of them (Redis: sort.c). */
export const sorting: Family = {
  group: 'generic',
  category: '',
  rows: [
    {
      name: 'sort',
      arity: -2,
      flags: 'write denyoom',
      keys: [source, patterns, target],
      keysOf: sortKeys,
      categories,
      since: '1.0.0',
      summary: 'Elements in order; a list of them where STORE says.',
      run: sort,
    },
    {
      name: 'sort_ro',
      arity: -2,
      flags: 'readonly',
      keys: [source, patterns],
      keysOf: sortRoKeys,
      categories,
      since: '7.0.0',
      summary: 'SORT without STORE.',
      run: sortRo,
    },
  ],
};

/** `SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC | DESC] [ALPHA] [STORE target]`. */
function sort(request: Request): Reply {
  const options = parseSortOptions(request.args, true);
  checkPatterns(request, options);
  const result = sortedElements(request, options);
  return options.store === undefined ? result : store(request, options.store, result);
}

function sortRo(request: Request): Reply {
  const options = parseSortOptions(request.args, false);
  checkPatterns(request, options);
  return sortedElements(request, options);
}

/** BY and GET read keys that no argument names: only users who may read every key may give them. */
function checkPatterns({ client, command, args }: Request, { by, gets }: SortOptions): void {
  const option = by !== undefined && !by.isConstant ? 'BY' : gets.length > 0 ? 'GET' : undefined;
  if (option === undefined || mayReadEveryKey(client.user, command, args)) return;
  throw new ReplyError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`);
}

/** Missing values of GET are kept as empty strings. */
function store(request: Request, key: string, result: readonly (string | null)[]): Reply {
  const { db } = request;
  const list = new List();
  for (let i = 0; i < result.length; i++) list.push('right', result[i] ?? '');
  expectRoom(request, list.bytes);
  if (result.length === 0) db.delete(key);
  else {
    db.set(key, list, null);
    db.signalModified(key, 'sortstore', result.length);
  }
  return result.length;
}

function sortedElements({ db, args, client }: Request, options: SortOptions): (string | null)[] {
  const value = db.lookupRead(args[1]!);
  if (value === undefined) return [];
  if (!(value instanceof List || value instanceof SetValue || value instanceof SortedSet)) throw wrongType();
  // What is stored must be the same on every replica, what a script (12) gets at every run, and a set has no order of its
  // own. The commands of a script come without a connection.
  const mustBeSame = options.store !== undefined || client.socket === undefined;
  if (!options.sorted && mustBeSame && value instanceof SetValue) {
    Object.assign(options, { sorted: true, alpha: true, by: undefined });
  }
  const elements = options.sorted ? limited(inOrder(db, allOf(value), options), options) : asTheyAre(value, options);
  return options.gets.length === 0 ? elements : shown(db, elements, options.gets);
}

type Sortable = List | SetValue | SortedSet;

function allOf(value: Sortable): string[] {
  if (value instanceof List) return value.range(0, value.length - 1);
  return value instanceof SetValue ? value.members() : value.range(0, value.size).members;
}

function inOrder(db: Database, elements: string[], { by, alpha, descending }: SortOptions): string[] {
  if (by === undefined) return alpha ? sortByBytes(elements, descending) : sortByNumbers(elements, elements, descending);
  const weights = new Array<string | null>(elements.length);
  for (let i = 0; i < weights.length; i++) weights[i] = lookupPattern(db, by, elements[i]!);
  return alpha ? sortByTexts(elements, weights, descending) : sortByNumbers(elements, weights, descending);
}

/** The elements that LIMIT selects, unsorted: in the value's own order. A set has none, so DESC changes nothing. */
function asTheyAre(value: Sortable, options: SortOptions): string[] {
  if (value instanceof SetValue) return limited(value.members(), options);
  const length = value instanceof List ? value.length : value.size;
  const { start, end } = limits(length, options);
  if (value instanceof SortedSet) return value.range(start, end - start, options.descending).members;
  if (start >= end) return [];
  return options.descending ? value.range(length - end, length - start - 1).reverse() : value.range(start, end - 1);
}

function limited(elements: string[], options: SortOptions): string[] {
  const { start, end } = limits(elements.length, options);
  return start === 0 && end === elements.length ? elements : elements.slice(start, end);
}

/** The indexes that LIMIT leaves: from `start` up to, but without, `end`. */
function limits(length: number, { offset, count }: SortOptions): { start: number; end: number } {
  const start = Math.min(Math.max(Number(offset), 0), length);
  return { start, end: count < 0 ? length : Math.min(start + Number(count), length) };
}

/** The values that the patterns of GET give, for one element after the other. */
function shown(db: Database, elements: readonly string[], gets: readonly Pattern[]): (string | null)[] {
  const values = new Array<string | null>(elements.length * gets.length);
  for (let i = 0, filled = 0; i < elements.length; i++) {
    for (let j = 0; j < gets.length; j++) values[filled++] = lookupPattern(db, gets[j]!, elements[i]!);
  }
  return values;
}

/** How many words follow an option that is not STORE. */
const SKIPPED = new Map([['LIMIT', 2], ['GET', 1], ['BY', 1]]);

/** The last STORE counts. Keys that BY and GET name are left out: they depend on the elements (Redis: `sortGetKeys`). */
function sortKeys(args: readonly string[]): FoundKey[] {
  let to: string | undefined;
  for (let i = 2; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'STORE' && i + 1 < args.length) to = args[i + 1];
    i += SKIPPED.get(word) ?? 0;
  }
  const found = sortRoKeys(args);
  if (to !== undefined) found.push({ key: to, flags: target.flags });
  return found;
}

function sortRoKeys(args: readonly string[]): FoundKey[] {
  return [{ key: args[1]!, flags: source.flags }];
}

import { ReplyError } from '#shared/resp/reply.ts';
import type { Position } from '../../geo/cell.ts';
import { positionOf } from '../../geo/geohash.ts';
import type { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parsePosition, parseRadius, parseSides, parseUnit } from './arguments.ts';

/** The options of a search. Lengths are in the unit that was given. */
export interface SearchOptions {
  /** How the center was given. */
  from: 'member' | 'lonlat' | undefined;
  /** Undefined also when the key is missing: a member could not be looked up. */
  center: Position | undefined;
  radius: number | undefined;
  sides: { readonly width: number; readonly height: number } | undefined;
  /** Metres in the unit. */
  unit: number;
  /** 0: all. */
  count: number;
  /** The first that are found, instead of the nearest. */
  any: boolean;
  order: 'asc' | 'desc' | undefined;
  withCoord: boolean;
  withDist: boolean;
  withHash: boolean;
  store: string | undefined;
  /** Whether distances are stored, instead of places. */
  storeDist: boolean;
}

/** The forms that the name of a command allows. */
export interface SearchForm {
  /** Whether a key to store in is named by options, by the command's first argument, or not at all. */
  readonly storing: 'options' | 'command' | 'none';
  /** Whether center and shape are options; else they are arguments with a place of their own. */
  readonly isSearch: boolean;
}

export function noOptions(): SearchOptions {
  return {
    from: undefined,
    center: undefined,
    radius: undefined,
    sides: undefined,
    unit: 1,
    count: 0,
    any: false,
    order: undefined,
    withCoord: false,
    withDist: false,
    withHash: false,
    store: undefined,
    storeDist: false,
  };
}

/** Reads the options from an argument on (Redis: `georadiusGeneric`). @throws ReplyError */
export function parseOptions(
  options: SearchOptions,
  args: readonly string[],
  from: number,
  form: SearchForm,
  set: SortedSet | undefined,
): void {
  for (let at = from; at < args.length; ) at = parseOption(options, args, at, form, set);
}

/** @returns the position of the next option */
function parseOption(
  options: SearchOptions,
  args: readonly string[],
  at: number,
  form: SearchForm,
  set: SortedSet | undefined,
): number {
  const word = args[at]!.toLowerCase();
  const left = args.length - at - 1;
  if (word === 'withdist') options.withDist = true;
  else if (word === 'withhash') options.withHash = true;
  else if (word === 'withcoord') options.withCoord = true;
  else if (word === 'any') options.any = true;
  else if (word === 'asc' || word === 'desc') options.order = word;
  else if (word === 'count' && left >= 1) return parseCount(options, args, at);
  else if ((word === 'store' || word === 'storedist') && form.storing === 'options' && left >= 1) {
    options.store = args[at + 1]!;
    options.storeDist = word === 'storedist';
    return at + 2;
  } else if (word === 'storedist' && form.storing === 'command') options.storeDist = true;
  else if (form.isSearch) return parseWhere(options, args, at, set);
  else throw syntaxError();
  return at + 1;
}

function parseCount(options: SearchOptions, args: readonly string[], at: number): number {
  options.count = Number(parseLongLong(args[at + 1]!));
  if (options.count <= 0) throw new ReplyError('ERR COUNT must be > 0');
  return at + 2;
}

/** Center and shape of GEOSEARCH, each of which may be given in one form only. */
function parseWhere(options: SearchOptions, args: readonly string[], at: number, set: SortedSet | undefined): number {
  const word = args[at]!.toLowerCase();
  const left = args.length - at - 1;
  if (word === 'frommember' && left >= 1 && options.from !== 'lonlat') {
    options.center = set && memberPosition(set, args[at + 1]!);
    options.from = 'member';
    return at + 2;
  }
  if (word === 'fromlonlat' && left >= 2 && options.from !== 'member') {
    options.center = parsePosition(args[at + 1]!, args[at + 2]!);
    options.from = 'lonlat';
    return at + 3;
  }
  if (word === 'byradius' && left >= 2 && options.sides === undefined) {
    options.radius = parseRadius(args[at + 1]!);
    options.unit = parseUnit(args[at + 2]!);
    return at + 3;
  }
  if (word === 'bybox' && left >= 3 && options.radius === undefined) {
    options.sides = parseSides(args[at + 1]!, args[at + 2]!);
    options.unit = parseUnit(args[at + 3]!);
    return at + 4;
  }
  throw syntaxError();
}

/** @throws ReplyError when the member is not there */
export function memberPosition(set: SortedSet, member: string): Position {
  const score = set.score(member);
  if (score === undefined) throw new ReplyError('ERR could not decode requested zset member');
  return positionOf(score);
}

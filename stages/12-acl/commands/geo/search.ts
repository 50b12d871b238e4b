import { keyAfter, keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { search, type Point } from '../../geo/search.ts';
import type { Shape } from '../../geo/shape.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { storeEntries } from '../sorted-sets/ranges.ts';
import { parsePosition, parseRadius, parseUnit } from './arguments.ts';
import { distanceReply, positionReply } from './replies.ts';
import { memberPosition, noOptions, parseOptions, type SearchForm, type SearchOptions } from './search-options.ts';

const read = { flags: 'readonly', keys: [keyAt(1, 'RO access')] };
const readOrStore = (from: number) => ({
  flags: 'write denyoom',
  keys: [keyAt(1, 'RO access'), keyAfter('STORE', from, 'OW update'), keyAfter('STOREDIST', from, 'OW update')],
});
const old = (words: string) => ({ since: '6.2.0', replacedBy: words });

/** Members near a place (Redis: `georadiusGeneric`). */
export const geoSearching: Family = {
  group: 'geo',
  rows: [
    {
      name: 'geosearch',
      arity: -7,
      ...read,
      since: '6.2.0',
      summary: 'The places in a circle or in a box.',
      run: geosearch,
    },
    {
      name: 'geosearchstore',
      arity: -8,
      flags: 'write denyoom',
      keys: [keyAt(1, 'OW update'), keyAt(2, 'RO access')],
      since: '6.2.0',
      summary: 'Stores what GEOSEARCH finds.',
      run: geosearchstore,
    },
    {
      name: 'georadius',
      arity: -6,
      ...readOrStore(6),
      since: '3.2.0',
      deprecated: old('`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument'),
      summary: 'The places in a circle.',
      run: (request) => georadius(request, 'options'),
    },
    {
      name: 'georadiusbymember',
      arity: -5,
      ...readOrStore(5),
      since: '3.2.0',
      deprecated: old('`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments'),
      summary: 'The places in a circle around a member.',
      run: (request) => georadiusbymember(request, 'options'),
    },
    {
      name: 'georadius_ro',
      arity: -6,
      ...read,
      since: '3.2.10',
      deprecated: old('`GEOSEARCH` with the `BYRADIUS` argument'),
      summary: 'GEORADIUS that stores nothing.',
      run: (request) => georadius(request, 'none'),
    },
    {
      name: 'georadiusbymember_ro',
      arity: -5,
      ...read,
      since: '3.2.10',
      deprecated: old('`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments'),
      summary: 'GEORADIUSBYMEMBER that stores nothing.',
      run: (request) => georadiusbymember(request, 'none'),
    },
  ],
};

/** `GEOSEARCH key FROMMEMBER m | FROMLONLAT lon lat BYRADIUS r unit | BYBOX w h unit [ASC|DESC] [COUNT n [ANY]] [WITH…]`. */
function geosearch(request: Request): Reply {
  const set = request.db.lookupReadType(request.args[1]!, SortedSet);
  return searchIn(request, set, noOptions(), 2, { storing: 'none', isSearch: true });
}

/** `GEOSEARCHSTORE destination source …` as GEOSEARCH, and `STOREDIST`. */
function geosearchstore(request: Request): Reply {
  const [, destination, source] = request.args;
  const set = request.db.lookupReadType(source!, SortedSet);
  return searchIn(request, set, { ...noOptions(), store: destination }, 3, { storing: 'command', isSearch: true });
}

/** `GEORADIUS key longitude latitude radius unit …`. */
function georadius(request: Request, storing: SearchForm['storing']): Reply {
  const { db, args } = request;
  const set = db.lookupReadType(args[1]!, SortedSet);
  const options = noOptions();
  options.center = parsePosition(args[2]!, args[3]!);
  options.radius = parseRadius(args[4]!);
  options.unit = parseUnit(args[5]!);
  return searchIn(request, set, options, 6, { storing, isSearch: false });
}

/** `GEORADIUSBYMEMBER key member radius unit …`. Without the key, only the options are looked at. */
function georadiusbymember(request: Request, storing: SearchForm['storing']): Reply {
  const { db, args } = request;
  const set = db.lookupReadType(args[1]!, SortedSet);
  const options = noOptions();
  if (set !== undefined) {
    options.center = memberPosition(set, args[2]!);
    options.radius = parseRadius(args[3]!);
    options.unit = parseUnit(args[4]!);
  }
  return searchIn(request, set, options, 5, { storing, isSearch: false });
}

/** Reads the options that begin at an argument, and searches. */
function searchIn(
  request: Request,
  set: SortedSet | undefined,
  options: SearchOptions,
  from: number,
  form: SearchForm,
): Reply {
  parseOptions(options, request.args, from, form, set);
  checkOptions(options, form, request.args[0]!);
  const points = set === undefined ? [] : find(set, options);
  if (options.store === undefined) return points.map((point) => pointReply(point, options));
  return storePoints(request, options.store, points, options, form);
}

/** @throws ReplyError where options exclude each other, or one is missing */
function checkOptions(options: SearchOptions, { isSearch }: SearchForm, name: string): void {
  if (options.store !== undefined && (options.withDist || options.withHash || options.withCoord)) {
    const what = isSearch ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
    throw new ReplyError(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  if (isSearch && options.from === undefined) {
    throw new ReplyError(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  }
  if (isSearch && options.radius === undefined && options.sides === undefined) {
    throw new ReplyError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  }
  if (options.any && options.count === 0) throw new ReplyError('ERR the ANY argument requires COUNT argument');
}

/** COUNT means the nearest ones, unless ANY will do; without either no order is promised. */
function find(set: SortedSet, options: SearchOptions): Point[] {
  const { count, any } = options;
  const points = search(set, shapeOf(options), any ? count : undefined);
  const order = options.order ?? (count !== 0 && !any ? 'asc' : undefined);
  if (order === 'asc') points.sort((a, b) => a.distance - b.distance);
  if (order === 'desc') points.sort((a, b) => b.distance - a.distance);
  return count === 0 ? points : points.slice(0, count);
}

function shapeOf({ center, radius, sides, unit }: SearchOptions): Shape {
  if (radius !== undefined) return { center: center!, radius: radius * unit };
  return { center: center!, width: sides!.width * unit, height: sides!.height * unit };
}

function pointReply({ member, distance, score, position }: Point, options: SearchOptions): Reply {
  const { withDist, withHash, withCoord, unit } = options;
  if (!withDist && !withHash && !withCoord) return member;
  const reply: Reply[] = [member];
  if (withDist) reply.push(distanceReply(distance / unit));
  // A stored distance has a fraction; the reply is an integer all the same.
  if (withHash) reply.push(Math.trunc(score));
  if (withCoord) reply.push(positionReply(position));
  return reply;
}

/** Members with their geohashes, or with their distances, take the place of what the key held. */
function storePoints(
  request: Request,
  key: string,
  points: readonly Point[],
  { storeDist, unit }: SearchOptions,
  { isSearch }: SearchForm,
): Reply {
  const entries = {
    members: points.map(({ member }) => member),
    scores: points.map(({ distance, score }) => (storeDist ? distance / unit : score)),
  };
  return storeEntries(request, key, isSearch ? 'geosearchstore' : 'georadiusstore', entries);
}

import type { Decoded } from '#shared/resp/decoder.ts';
import { openPipeline } from '#shared/tools/bench/connection.ts';
import { createRng, type Rng } from '../harness/rng.ts';

/** What a comparison of two servers' searches found. */
export interface SearchOutcome {
  readonly searches: number;
  /** Members that real Redis found, in all searches together. */
  readonly found: number;
  /** How many searches were of each kind of place. */
  readonly counts: Record<string, number>;
  /** Distances that are printed with another fourth decimal. */
  readonly otherDecimals: number;
  /** Each as lines for a human: the request, both answers. */
  readonly differences: string[];
}

const KEY = 'places';
const POINTS_PER_REQUEST = 500;
const AT_ONCE = 20;
/** Half the circumference of the sphere that Redis measures on, in metres. */
const HALF_THE_GLOBE = Math.PI * 6372797.560856;

/**
 * Gives both servers the same random points, and compares random searches by radius and by box. Sequences are compared where
 * the order is asked for, sets where it is free.
 */
export async function compareSearches(ours: number, theirs: number, points: number, count: number, seed: number): Promise<SearchOutcome> {
  const rng = createRng(seed);
  const pipelines = [await openPipeline(ours), await openPipeline(theirs)];
  const both = (requests: string[][]) => Promise.all(pipelines.map((pipeline) => pipeline.send(requests)));
  for (let at = 0; at < points; at += POINTS_PER_REQUEST) {
    const size = Math.min(POINTS_PER_REQUEST, points - at);
    await both([['GEOADD', KEY, ...Array.from({ length: size }, (_, i) => [...randomPlace(rng).position, `m${at + i}`]).flat()]]);
  }
  const counts: Record<string, number> = {};
  const differences: string[] = [];
  let [searches, found, otherDecimals] = [0, 0, 0];
  while (searches < count && differences.length < 10) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - searches) }, () => randomSearch(rng, points));
    const [own, real] = (await both(batch.map(({ request }) => request))) as [Decoded[], Decoded[]];
    for (const [i, { request, kind, isOrdered }] of batch.entries()) {
      const [left, right] = [hitsOf(own[i]!, isOrdered), hitsOf(real[i]!, isOrdered)];
      searches++;
      counts[kind] = (counts[kind] ?? 0) + 1;
      found += right.length;
      const isEqual = left.length === right.length && left.every((hit, k) => isSameHit(hit, right[k]!));
      otherDecimals += left.filter(({ distance }, k) => isEqual && distance !== right[k]!.distance).length;
      if (!isEqual) differences.push(`${request.join(' ')}\n  ours   ${shown(left)}\n  theirs ${shown(right)}`);
    }
  }
  for (const pipeline of pipelines) pipeline.close();
  return { searches, found, counts, otherDecimals, differences };
}

type Kind = 'anywhere' | 'date line' | 'pole' | 'crowd';

/** A tenth of the places are close together, others at the edges of the map. */
function randomPlace(rng: Rng): { kind: Kind; position: [string, string] } {
  const kind: Kind = rng.chance(0.7) ? 'anywhere' : rng.pick(['date line', 'pole', 'crowd']);
  const anywhere = [between(rng, -180, 180), between(rng, -85.05112878, 85.05112878)];
  if (kind === 'date line') anywhere[0] = (rng.chance(0.5) ? 1 : -1) * between(rng, 179, 180);
  if (kind === 'pole') anywhere[1] = (rng.chance(0.5) ? 1 : -1) * between(rng, 84, 85.05112878);
  if (kind === 'crowd') anywhere.splice(0, 2, between(rng, 13, 14), between(rng, 52, 53));
  return { kind, position: [anywhere[0]!.toFixed(9), anywhere[1]!.toFixed(8)] };
}

const between = (rng: Rng, low: number, high: number) => low + rng.next() * (high - low);

function randomSearch(rng: Rng, points: number): { request: string[]; kind: string; isOrdered: boolean } {
  const place = randomPlace(rng);
  const isMember = rng.chance(0.2);
  const center = isMember ? ['FROMMEMBER', `m${rng.int(0, points - 1)}`] : ['FROMLONLAT', ...place.position];
  const shape = rng.chance(0.5) ? ['BYRADIUS', metres(rng, 0.5)] : ['BYBOX', metres(rng, 1), metres(rng, 1)];
  const isOrdered = rng.chance(0.7);
  // COUNT sorts by itself. Without it a search of half the globe would answer with half the points.
  const order = isOrdered ? [rng.pick(['ASC', 'DESC'])] : [];
  const isHuge = shape.slice(1).some((length) => Number(length) > 300_000);
  const count = isHuge || rng.chance(0.3) ? ['COUNT', String(rng.int(1, 100))] : [];
  return { request: ['GEOSEARCH', KEY, ...center, ...shape, 'm', ...order, ...count, 'WITHDIST'], kind: isMember ? 'member' : place.kind, isOrdered };
}

/** From 1 m to 300 km, each power of ten as often; sometimes up to half the globe, exactly that, or 0. `share`: 1 for the sides of a box, which are twice as long. */
function metres(rng: Rng, share: number): string {
  const kind = rng.next();
  if (kind < 0.03) return '0';
  if (kind < 0.04) return String(HALF_THE_GLOBE * share * 2);
  const most = kind < 0.1 ? HALF_THE_GLOBE : 300_000;
  return (10 ** between(rng, 0, Math.log10(most)) * share * 2).toFixed(3);
}

interface Hit {
  readonly member: string;
  readonly distance: string;
}

function hitsOf(reply: Decoded, isOrdered: boolean): Hit[] {
  if (!Array.isArray(reply)) return [{ member: String(reply), distance: '' }];
  const hits = (reply as [string, string][]).map(([member, distance]) => ({ member, distance }));
  return isOrdered ? hits : hits.sort((a, b) => (a.member < b.member ? -1 : 1));
}

/** V8's sines differ from the C library's in the last place now and then, which the fourth decimal may show. */
function isSameHit(a: Hit, b: Hit): boolean {
  return a.member === b.member && Math.abs(Number(a.distance) - Number(b.distance)) < 0.00015;
}

function shown(hits: Hit[]): string {
  const text = hits.slice(0, 8).map(({ member, distance }) => `${member} ${distance}`);
  return `${hits.length}: ${text.join(', ')}`;
}

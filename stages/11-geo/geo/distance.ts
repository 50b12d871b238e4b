import type { Position } from './cell.ts';

/** In metres (Redis: EARTH_RADIUS_IN_METERS). */
const EARTH_RADIUS = 6372797.560856;
const RADIANS = Math.PI / 180;

/** Metres along the surface of a sphere, by the haversine formula (Redis: `geohashGetDistance`). */
export function distance(a: Position, b: Position): number {
  const v = Math.sin((b.longitude * RADIANS - a.longitude * RADIANS) / 2);
  if (v === 0) return latitudeDistance(a.latitude, b.latitude);
  const latitude1 = a.latitude * RADIANS;
  const latitude2 = b.latitude * RADIANS;
  const u = Math.sin((latitude2 - latitude1) / 2);
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(u * u + Math.cos(latitude1) * Math.cos(latitude2) * v * v));
}

/** Metres between two places of the same longitude. */
export function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(b * RADIANS - a * RADIANS);
}

/** Metres to the north, in degrees of latitude. */
export function latitudeDegrees(metres: number): number {
  return metres / EARTH_RADIUS / RADIANS;
}

/** Metres to the east, in degrees of longitude: the nearer to a pole, the more degrees. */
export function longitudeDegrees(metres: number, latitude: number): number {
  return metres / EARTH_RADIUS / Math.cos(latitude * RADIANS) / RADIANS;
}

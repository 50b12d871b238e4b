import type { Bounds, Position } from './cell.ts';
import { distance, latitudeDegrees, latitudeDistance, longitudeDegrees } from './distance.ts';

/** What is searched: a circle, or a box whose sides run north and east. Lengths are in metres. */
export type Shape = Circle | Box;

export interface Circle {
  readonly center: Position;
  readonly radius: number;
}

export interface Box {
  readonly center: Position;
  readonly width: number;
  readonly height: number;
}

/** Two ways to compute the same distance differ by less than this share. */
const ROUNDING = 1e-9;

/** The distance from the center if the position is in the shape; undefined if it is not (Redis: `geoWithinShape`). */
export function distanceWithin(shape: Shape, position: Position): number | undefined {
  const { center } = shape;
  if ('radius' in shape) {
    // Most members that are too far away are so in latitude alone, which takes no sine to see.
    if (latitudeDistance(position.latitude, center.latitude) > shape.radius * (1 + ROUNDING)) return undefined;
    const metres = distance(center, position);
    return metres <= shape.radius ? metres : undefined;
  }
  if (latitudeDistance(position.latitude, center.latitude) > shape.height / 2) return undefined;
  // A box is as wide at every latitude.
  const sameRow = { longitude: center.longitude, latitude: position.latitude };
  if (distance(position, sameRow) > shape.width / 2) return undefined;
  return distance(center, position);
}

/** How far the shape reaches at most. */
export function reach(shape: Shape): number {
  return 'radius' in shape ? shape.radius : Math.sqrt((shape.width / 2) ** 2 + (shape.height / 2) ** 2);
}

/** A part of the map that holds the whole shape (Redis: `geohashBoundingBox`). */
export function boundingBox(shape: Shape): Bounds {
  const { longitude, latitude } = shape.center;
  const height = latitudeDegrees('radius' in shape ? shape.radius : shape.height / 2);
  // The side that is nearer to a pole spans more degrees.
  const widest = latitude < 0 ? latitude - height : latitude + height;
  const width = longitudeDegrees('radius' in shape ? shape.radius : shape.width / 2, widest);
  return { west: longitude - width, south: latitude - height, east: longitude + width, north: latitude + height };
}

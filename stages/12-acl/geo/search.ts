import { atScore } from '../store/sorted-set/place.ts';
import type { SortedSet } from '../store/sorted-set/sorted-set.ts';
import type { Cell, Position } from './cell.ts';
import { cellsCovering } from './cover.ts';
import { positionOf, scoresIn } from './geohash.ts';
import { distanceWithin, type Shape } from './shape.ts';

/** A member of a sorted set that lies in a shape (Redis: `geoPoint`). */
export interface Point {
  readonly member: string;
  readonly score: number;
  readonly position: Position;
  /** From the center of the shape, in metres. */
  readonly distance: number;
}

/** The members in a shape, cell by cell; with a limit, the first that are found (Redis: `membersOfAllNeighbors`). */
export function search(set: SortedSet, shape: Shape, limit = Infinity): Point[] {
  const found: Point[] = [];
  for (const cell of cellsCovering(shape)) {
    if (found.length >= limit) break;
    searchCell(set, cell, shape, limit, found);
  }
  return found;
}

/** A cell is a range of scores. What is in it may still be outside of the shape. */
function searchCell(set: SortedSet, cell: Cell, shape: Shape, limit: number, found: Point[]): void {
  const { from, to } = scoresIn(cell);
  set.someFrom(atScore(from, false), (member, score) => {
    if (score >= to) return true;
    const position = positionOf(score);
    const distance = distanceWithin(shape, position);
    if (distance !== undefined) found.push({ member, score, position, distance });
    return found.length >= limit;
  });
}

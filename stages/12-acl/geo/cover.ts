import { boundsOf, cellAt, MAX_STEP, neighbour, type Bounds, type Cell } from './cell.ts';
import { boundingBox, reach, type Shape } from './shape.ts';

/** Half the way round the equator on the map of Web Mercator, in metres (Redis: MERCATOR_MAX). */
const HALF_EQUATOR = 20037726.37;

/** From the middle: itself, north, south, east, west, and the corners. Redis searches in this order, and it shows. */
const DIRECTIONS: readonly (readonly [east: number, north: number])[] = [
  [0, 0],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
];

/**
 * At most nine cells that hold the whole shape: the one of its center and those round it, of a grid that is coarse
 * enough, without those that the shape does not touch (Redis: `geohashCalculateAreasByShapeWGS84`).
 */
export function cellsCovering(shape: Shape): Cell[] {
  const box = boundingBox(shape);
  let middle = cellAt(shape.center, stepFor(reach(shape), shape.center.latitude));
  if (middle.step > 1 && !reachesAround(middle, box)) middle = cellAt(shape.center, middle.step - 1);
  const { west, south, east, north } = boundsOf(middle);
  const touched = DIRECTIONS.filter(([toEast, toNorth]) => {
    // There are only four cells in the coarsest grid: each may be a neighbour on more than one side.
    if (middle.step < 2) return true;
    if (toNorth < 0 && south < box.south) return false;
    if (toNorth > 0 && north > box.north) return false;
    if (toEast < 0 && west < box.west) return false;
    return toEast <= 0 || east <= box.east;
  });
  return withoutRepetition(touched.map(([toEast, toNorth]) => neighbour(middle, toEast, toNorth)));
}

/** The finest grid of which three cells in a row are longer than the shape (Redis: `geohashEstimateStepsByRadius`). */
function stepFor(metres: number, latitude: number): number {
  if (metres === 0) return MAX_STEP;
  let step = 1;
  for (let reached = metres; reached < HALF_EQUATOR; reached *= 2) step++;
  step -= 2;
  // Near the poles a cell is narrower than the map shows it.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.max(1, Math.min(MAX_STEP, step));
}

/** Whether the neighbours of a cell reach as far as the box on each side. */
function reachesAround(middle: Cell, box: Bounds): boolean {
  return (
    boundsOf(neighbour(middle, 0, 1)).north >= box.north &&
    boundsOf(neighbour(middle, 0, -1)).south <= box.south &&
    boundsOf(neighbour(middle, 1, 0)).east >= box.east &&
    boundsOf(neighbour(middle, -1, 0)).west <= box.west
  );
}

/** In a coarse grid the same cell may come twice in a row. */
function withoutRepetition(cells: readonly Cell[]): Cell[] {
  return cells.filter((cell, i) => i === 0 || cell.column !== cells[i - 1]!.column || cell.row !== cells[i - 1]!.row);
}

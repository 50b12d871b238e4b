/** A place on the map, in degrees. */
export interface Position {
  readonly longitude: number;
  readonly latitude: number;
}

/** What the grid covers: the map of Web Mercator, which ends before the poles (Redis: GEO_LAT_MAX). */
export const LONGITUDE_MAX = 180;
export const LATITUDE_MAX = 85.05112878;

/** The finest grid has 2^26 columns and as many rows: cells of 60 cm at the equator (Redis: GEO_STEP_MAX). */
export const MAX_STEP = 26;

/**
 * One cell of a grid of 2^step columns, counted from the west, and 2^step rows, counted from the south (Redis:
 * `GeoHashBits`, in which column and row are interleaved).
 */
export interface Cell {
  readonly step: number;
  readonly column: number;
  readonly row: number;
}

/** The edges of a part of the map, in degrees. */
export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The cell that a position is in (Redis: `geohashEncode`). */
export function cellAt({ longitude, latitude }: Position, step: number, latitudeMax = LATITUDE_MAX): Cell {
  const cells = 1 << step;
  const column = Math.trunc(((longitude + LONGITUDE_MAX) / (2 * LONGITUDE_MAX)) * cells);
  const row = Math.trunc(((latitude + latitudeMax) / (2 * latitudeMax)) * cells);
  return { step, column, row };
}

/** The edges of a cell (Redis: `geohashDecode`). */
export function boundsOf({ step, column, row }: Cell): Bounds {
  const cells = 1 << step;
  return {
    west: edge(column, cells, LONGITUDE_MAX),
    south: edge(row, cells, LATITUDE_MAX),
    east: edge(column + 1, cells, LONGITUDE_MAX),
    north: edge(row + 1, cells, LATITUDE_MAX),
  };
}

/** The middle of a cell: all that is known of a position once it is a cell (Redis: `geohashDecodeAreaToLongLat`). */
export function middleOf({ step, column, row }: Cell): Position {
  const cells = 1 << step;
  return {
    longitude: clamp((edge(column, cells, LONGITUDE_MAX) + edge(column + 1, cells, LONGITUDE_MAX)) / 2, LONGITUDE_MAX),
    latitude: clamp((edge(row, cells, LATITUDE_MAX) + edge(row + 1, cells, LATITUDE_MAX)) / 2, LATITUDE_MAX),
  };
}

/** So many cells to the east and to the north; beyond the last column comes the first one, and so with rows. */
export function neighbour({ step, column, row }: Cell, east: number, north: number): Cell {
  const cells = 1 << step;
  return { step, column: wrap(column, east, cells), row: wrap(row, north, cells) };
}

/** Where a column or row begins; the grid reaches from `-max` to `max`. */
function edge(index: number, cells: number, max: number): number {
  return -max + (index / cells) * (2 * max);
}

function wrap(place: number, by: number, cells: number): number {
  return by === 0 ? place : (place + by + cells) % cells;
}

function clamp(value: number, max: number): number {
  return Math.max(-max, Math.min(max, value));
}

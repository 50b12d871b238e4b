import { parseDouble } from '#shared/numbers/double.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { LATITUDE_MAX, LONGITUDE_MAX, type Position } from '../../geo/cell.ts';

/** Metres in a unit. */
const UNITS = new Map([
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
]);

/** A longitude and a latitude in degrees (Redis: `extractLongLatOrReply`). @throws ReplyError */
export function parsePosition(longitudeText: string, latitudeText: string): Position {
  const longitude = parseNumber(longitudeText, 'ERR value is not a valid float');
  const latitude = parseNumber(latitudeText, 'ERR value is not a valid float');
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX) {
    throw new ReplyError(`ERR invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`);
  }
  return { longitude, latitude };
}

/** @returns metres in that unit @throws ReplyError (Redis: `extractUnitOrReply`) */
export function parseUnit(text: string): number {
  const metres = UNITS.get(text.toLowerCase());
  if (metres === undefined) throw new ReplyError('ERR unsupported unit provided. please use M, KM, FT, MI');
  return metres;
}

/** @returns the radius, in the unit that is given after it (Redis: `extractDistanceOrReply`) @throws ReplyError */
export function parseRadius(text: string): number {
  const radius = parseNumber(text, 'ERR need numeric radius');
  if (radius < 0) throw new ReplyError('ERR radius cannot be negative');
  return radius;
}

/** @returns the sides of a box, in the unit that is given after them (Redis: `extractBoxOrReply`) @throws ReplyError */
export function parseSides(widthText: string, heightText: string): { width: number; height: number } {
  const width = parseNumber(widthText, 'ERR need numeric width');
  const height = parseNumber(heightText, 'ERR need numeric height');
  if (width < 0 || height < 0) throw new ReplyError('ERR height or width cannot be negative');
  return { width, height };
}

function parseNumber(text: string, error: string): number {
  const value = parseDouble(text);
  if (value === undefined) throw new ReplyError(error);
  return value;
}

/** As `%f` prints it. */
function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`;
}

import { Double, type Reply } from '#shared/resp/reply.ts';
import type { Position } from '../../geo/cell.ts';

/** A distance with four decimals, in both protocols as a bulk string (Redis: `addReplyDoubleDistance`). */
export function distanceReply(distance: number): Reply {
  return distance.toFixed(4);
}

/** Longitude and latitude (Redis: `addReplyHumanLongDouble`). */
export function positionReply({ longitude, latitude }: Position): Reply {
  return [new Double(degrees(longitude)), new Double(degrees(latitude))];
}

/** As `%.17Lf` prints it, without zeros at the end. */
function degrees(value: number): string {
  const text = value.toFixed(17).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

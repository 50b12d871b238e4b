import { cellAt, MAX_STEP, middleOf, type Cell, type Position } from './cell.ts';

// Column and row of a cell, 26 bits each, make one number of 52 bits, the bits of both in turn:
//
//     column  c25 c24 … c1 c0          c25 r25 c24 r24 … c1 r1 c0 r0
//     row     r25 r24 … r1 r0
//
// Two cells that share their first bits lie in the same larger cell, so near places have near numbers, mostly. A double
// holds 53 bits exactly: the number is the score of a member in a sorted set.

/** The bits of a coordinate that one half of the number holds. */
const HALF_BITS = 13;
const HALF = 2 ** HALF_BITS;
const HALF_NUMBER = 2 ** (2 * HALF_BITS);

/** The score of a position: the cell of the finest grid that it is in. */
export function scoreOf(position: Position): number {
  return interleave(cellAt(position, MAX_STEP));
}

/** The position that a score means: the middle of its cell (Redis: `decodeGeohash`). */
export function positionOf(score: number): Position {
  const number = Math.trunc(score);
  const high = Math.floor(number / HALF_NUMBER);
  const low = number - high * HALF_NUMBER; // the same as %, which takes longer than all the rest
  const column = gather(high >>> 1) * HALF + gather(low >>> 1);
  const row = gather(high) * HALF + gather(low);
  return middleOf({ step: MAX_STEP, column, row });
}

/** The scores of all places in a cell: from `from` up to, but without, `to` (Redis: `scoresOfGeoHashBox`). */
export function scoresIn(cell: Cell): { from: number; to: number } {
  const number = interleave(cell);
  const unit = 4 ** (MAX_STEP - cell.step);
  return { from: number * unit, to: (number + 1) * unit };
}

const DIGITS = '0123456789bcdefghjkmnpqrstuvwxyz';

/**
 * The geohash as other programs write it: 11 digits of 5 bits, of a grid that goes from pole to pole. 52 bits make 10
 * digits, so the last one is always 0 (Redis: `geohashCommand`).
 */
export function geohashText(score: number): string {
  let number = interleave(cellAt(positionOf(score), MAX_STEP, 90));
  let text = '';
  number = Math.floor(number / 4);
  for (let digit = 0; digit < 10; digit++) {
    text = DIGITS[number % 32]! + text;
    number = Math.floor(number / 32);
  }
  return `${text}0`;
}

function interleave({ column, row }: Cell): number {
  const low = spread(column % HALF) * 2 + spread(row % HALF);
  const high = spread(Math.floor(column / HALF)) * 2 + spread(Math.floor(row / HALF));
  return high * HALF_NUMBER + low;
}

/** Puts a zero before each bit: 1011 becomes 01000101. */
function spread(bits: number): number {
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** Every second bit, from the lowest on: what `spread` has spread. */
function gather(bits: number): number {
  bits &= 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0x0000ffff;
}

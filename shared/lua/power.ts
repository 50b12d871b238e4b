/** `a` to the power of `b`, as C's `pow`: JavaScript has NaN for 1 to the power of NaN, and for 1 or -1 to that of an infinity. */
export function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return Math.pow(a, b);
}

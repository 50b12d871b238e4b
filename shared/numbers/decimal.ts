/**
 * Reads a floating point number as strictly as Redis does where it takes one (`strtold` with nothing before or behind):
 * decimal or with exponent, `inf`, hexadecimal; no blanks, no NaN.
 * @returns undefined when the text is no such number
 */
export function parseDecimal(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return undefined;
}

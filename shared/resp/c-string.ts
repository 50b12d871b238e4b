/** What C shows of a binary string, as in Redis's error texts: all before the first NUL. */
export function cString(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

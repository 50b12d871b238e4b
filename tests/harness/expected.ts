/**
 * What a test expects, written in JavaScript's own values: a string is a bulk string, a number or bigint an integer,
 * null a nil, a boolean a boolean, an array an array; the functions below make the rest.
 */
export type Expected = string | number | bigint | null | boolean | readonly Expected[] | Wire;

/** An expected reply that is written differently in RESP2 and RESP3. */
export interface Wire {
  readonly wire: (protocol: Protocol) => string;
}

export type Protocol = 2 | 3;

/** A simple string. */
export function status(text: string): Wire {
  return { wire: () => `+${text}\r\n` };
}

/** An error inside an array, as EXEC returns it. */
export function error(text: string): Wire {
  return { wire: () => `-${text}\r\n` };
}

/** A double: a bulk string in RESP2, `,` in RESP3. */
export function double(value: number | string): Wire {
  const text = typeof value === 'string' ? value : doubleText(value);
  return { wire: (protocol) => (protocol === 3 ? `,${text}\r\n` : bulk(text)) };
}

/** The null array: `*-1` in RESP2, `_` in RESP3. */
export const nilArray: Wire = { wire: (protocol) => (protocol === 3 ? '_\r\n' : '*-1\r\n') };

/** A map whose order is known: a flat array in RESP2, `%` in RESP3. */
export function map(fields: Record<string, Expected>): Wire {
  const entries = Object.entries(fields);
  return {
    wire: (protocol) => {
      const header = protocol === 3 ? `%${entries.length}\r\n` : `*${entries.length * 2}\r\n`;
      return header + entries.map(([field, value]) => bulk(field) + encodeExpected(value, protocol)).join('');
    },
  };
}

/** A set whose order is known: an array in RESP2, `~` in RESP3. */
export function set(members: readonly Expected[]): Wire {
  return { wire: (protocol) => aggregate(protocol === 3 ? '~' : '*', members, protocol) };
}

/** A message that the server sends unasked: an array in RESP2, `>` in RESP3. */
export function push(items: readonly Expected[]): Wire {
  return { wire: (protocol) => aggregate(protocol === 3 ? '>' : '*', items, protocol) };
}

/** The bytes of an expected reply. Written apart from the servers' encoder, so that the two can disagree. */
export function encodeExpected(expected: Expected, protocol: Protocol): string {
  if (typeof expected === 'string') return bulk(expected);
  if (typeof expected === 'number' || typeof expected === 'bigint') return `:${expected}\r\n`;
  if (expected === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof expected === 'boolean') return booleanText(expected, protocol);
  if (isArray(expected)) return aggregate('*', expected, protocol);
  return expected.wire(protocol);
}

/** How Redis writes a double in RESP3: inf and nan have names of their own. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function aggregate(type: string, items: readonly Expected[], protocol: Protocol): string {
  return `${type}${items.length}\r\n${items.map((item) => encodeExpected(item, protocol)).join('')}`;
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

function booleanText(value: boolean, protocol: Protocol): string {
  if (protocol === 3) return value ? '#t\r\n' : '#f\r\n';
  return value ? ':1\r\n' : ':0\r\n';
}

function isArray(expected: Expected): expected is readonly Expected[] {
  return Array.isArray(expected);
}

import { likelyCause } from './causes.ts';
import { escapeBytes, showCommand } from './show.ts';
import { clip, INDENT_COLUMNS, wrap } from './width.ts';

/** Everything a failed expectation knows. All bytes are binary strings. */
export interface Failure {
  /**
   * The command, or the raw bytes, that the reply was expected for; null for a message that the server sends without a request.
   */
  sent: readonly string[] | string | null;
  /** The exact bytes that were expected, or a description when more than one reply is right. */
  expected: { bytes: string } | { words: string };
  received: string;
  /** What ended the wait, when it wasn't a complete reply: a timeout, a closed connection, bytes that are not RESP. */
  ending?: string | undefined;
  /** The wait ended because nothing more came in time. */
  late?: boolean | undefined;
  /** The exchanges before it on this connection, oldest first. */
  history?: readonly Exchange[];
  /** Bytes that came after the reply, and answer no request. */
  extra?: string | undefined;
}

/** One command of the past and what was received for it. */
export interface Exchange {
  sent: readonly string[] | string;
  received: string;
}

/** Columns for the text of a failure; the reporter indents it by four. */
const COLUMNS = Number(process.env['REPORT_WIDTH'] ?? 110) - INDENT_COLUMNS;
const NAME_COLUMNS = 10;
const ROOM = COLUMNS - NAME_COLUMNS;

/**
 * The text of a failed expectation, for a human who is writing a server: sent, expected, received, caret, likely cause.
 */
export function failureText(failure: Failure): string {
  const rows: [name: string, text: string][] = [];
  for (const { sent, received } of failure.history?.slice(-4) ?? []) {
    rows.push(['before', `${clip(showSent(sent), ROOM - 40)}  ->  ${clip(escapeBytes(received), 34)}`]);
  }
  rows.push(['sent', failure.sent === null ? '(nothing: the server speaks first)' : showSent(failure.sent)]);
  if ('words' in failure.expected) {
    rows.push(['expected', failure.expected.words], ['received', `"${escapeBytes(failure.received.slice(0, ROOM))}"`]);
  } else {
    rows.push(...compared(failure.expected.bytes, failure.received));
  }
  if (failure.extra) rows.push(['extra', `"${escapeBytes(failure.extra.slice(0, ROOM))}"`]);
  if (failure.ending) rows.push(['ended', failure.ending]);
  const cause = likelyCause(failure);
  return rowsOf(rows) + (cause ? `\n${rowOfWords('likely', cause)}` : '');
}

/** One line for each name and text, cut to the terminal's width. */
export function rowsOf(rows: readonly (readonly [name: string, text: string])[]): string {
  return rows.map(([name, text]) => clip(`${name.padEnd(NAME_COLUMNS)}${text}`.trimEnd(), COLUMNS)).join('\n');
}

/** Words are not cut: they go on in the next line. */
function rowOfWords(name: string, text: string): string {
  return wrap(text, ROOM)
    .map((line, at) => (at === 0 ? name : '').padEnd(NAME_COLUMNS) + line)
    .join('\n');
}

/** The two byte strings around their first difference, and a caret below it. */
function compared(expected: string, received: string): [string, string][] {
  const at = firstDifference(expected, received);
  const from = windowStart(expected, at);
  const lead = from > 0 ? '…' : '';
  const shown = (bytes: string) => `"${lead}${fitting(bytes.slice(from, from + ROOM), bytes.length - from)}`;
  const rows: [string, string][] = [
    ['expected', shown(expected)],
    ['received', shown(received)],
  ];
  if (expected === received) return rows;
  const column = 1 + lead.length + escapeBytes(expected.slice(from, at)).length;
  rows.push(['', ' '.repeat(column) + `^ byte ${at}`]);
  return rows;
}

/** The first byte to show: some bytes before the difference, so that it is in sight. */
function windowStart(expected: string, at: number): number {
  if (escapeBytes(expected.slice(0, at)).length <= ROOM / 2) return 0;
  let from = at;
  while (from > 0 && escapeBytes(expected.slice(from - 1, at)).length <= ROOM / 3) from--;
  return from;
}

/** As many of the bytes as there is room for, and the closing quote; `length` is how many there are. */
function fitting(bytes: string, length: number): string {
  const escaped = escapeBytes(bytes);
  if (length <= bytes.length && escaped.length <= ROOM - 4) return `${escaped}"`;
  return `${escaped.slice(0, ROOM - 5)}…"`;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** A request as redis-cli takes it, or its raw bytes. */
export function showSent(sent: readonly string[] | string): string {
  return typeof sent === 'string' ? `raw bytes "${escapeBytes(clip(sent, 2 * COLUMNS))}"` : showCommand(sent);
}

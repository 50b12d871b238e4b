import { likelyCause } from './causes.ts';
import { escapeBytes, showCommand } from './show.ts';

/** Everything a failed expectation knows. All bytes are binary strings. */
export interface Failure {
  /**
   * The command, or the raw bytes, that the reply was expected for; null when the server should have spoken unasked.
   */
  sent: readonly string[] | string | null;
  /** The exact bytes that were expected, or words for them when no single answer is right. */
  expected: { bytes: string } | { words: string };
  received: string;
  /** What ended the wait, when it wasn't a complete reply: a timeout, a closed connection, bytes that are not RESP. */
  ending?: string | undefined;
  /** What went before on this connection, oldest first. */
  history?: readonly Exchange[];
  /** Bytes that came after the reply though nothing was asked. */
  extra?: string | undefined;
}

/** One command of the past and what was received for it. */
export interface Exchange {
  sent: readonly string[] | string;
  received: string;
}

/**
 * The text of a failed expectation, for a human who is writing a server: sent, expected, received, caret, likely cause.
 */
export function failureText(failure: Failure): string {
  const lines: string[] = [];
  for (const { sent, received } of failure.history?.slice(-4) ?? []) {
    lines.push(row('before', `${showSent(sent)}  ->  ${clip(escapeBytes(received), 60)}`));
  }
  lines.push(row('sent', failure.sent === null ? '(nothing: the server speaks first)' : showSent(failure.sent)));
  if ('words' in failure.expected) {
    lines.push(
      row('expected', failure.expected.words),
      row('received', `"${clip(escapeBytes(failure.received), 400)}"`),
    );
  } else {
    lines.push(...compared(failure.expected.bytes, failure.received));
  }
  if (failure.extra) lines.push(row('extra', `"${clip(escapeBytes(failure.extra), 200)}"`));
  if (failure.ending) lines.push(row('ended', failure.ending));
  const cause = likelyCause(failure);
  if (cause) lines.push(row('likely', cause));
  return lines.join('\n');
}

const WINDOW = 90;

/** The two byte strings around their first difference, and a caret below it. */
function compared(expected: string, received: string): string[] {
  const at = firstDifference(expected, received);
  const from = at > WINDOW / 2 ? at - WINDOW / 3 : 0;
  const lead = from > 0 ? '…' : '';
  const shown = (bytes: string) => {
    const cut = bytes.length > from + WINDOW ? '…' : '';
    return `"${lead}${escapeBytes(bytes.slice(from, from + WINDOW))}${cut}"`;
  };
  const rows = [row('expected', shown(expected)), row('received', shown(received))];
  if (expected === received) return rows;
  const column = 1 + lead.length + escapeBytes(expected.slice(from, at)).length;
  rows.push(row('', ' '.repeat(column) + `^ byte ${at}`));
  return rows;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

function showSent(sent: readonly string[] | string): string {
  return typeof sent === 'string' ? `raw bytes "${clip(escapeBytes(sent), 160)}"` : showCommand(sent);
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function row(name: string, text: string): string {
  return `${name.padEnd(8)}  ${text}`.trimEnd();
}

import { inspect } from 'node:util';
import type { Exchange } from './failure.ts';
import { rowsOf, showSent } from './failure.ts';
import { escapeBytes } from './show.ts';

/**
 * A check of a reply's parts that failed: puts the request, what was expected and what came in front of its message. An
 * error of JavaScript means that the reply has another shape than the test reads. Other failures stay as they are.
 */
export function explainCheck(error: Error, exchange: Exchange | null): void {
  const isCheck = error.name === 'AssertionError';
  if (!isCheck && !(error instanceof TypeError) && error.message !== 'not an array') return;
  const { expected, actual } = error as Error & { expected?: unknown; actual?: unknown };
  const rows: [string, string][] = [];
  if (exchange) rows.push(['sent', showSent(exchange.sent)], ['reply', `"${escapeBytes(exchange.received)}"`]);
  if (isCheck && (expected !== undefined || actual !== undefined)) rows.push(['expected', shown(expected)], ['received', shown(actual)]);
  rows.push(['check', isCheck ? error.message.split('\n')[0]! : `the reply is not of the kind that this test reads (${error.message})`]);
  const before = error.message;
  error.message = rowsOf(rows);
  error.stack = error.stack?.replace(before, () => error.message) ?? error.message;
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 4, maxArrayLength: 20, maxStringLength: 200 });
}

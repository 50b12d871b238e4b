import { inspect } from 'node:util';
import type { Exchange } from './failure.ts';
import { rowsOf, showSent } from './failure.ts';
import { escapeBytes } from './show.ts';
import { TimeoutError } from './time.ts';

/**
 * Replaces the message of a failure that lacks the request, the expected reply and the actual one by a message with all three.
 * An error of JavaScript means that the reply has another shape than the test reads.
 * @param exchange the latest request of the test, and its reply
 */
export function explainCheck(error: Error, exchange: Exchange | null): void {
  const rows = rowsFor(error);
  if (rows === null) return;
  const asked: Row[] = exchange ? [['sent', showSent(exchange.sent)], ['reply', `"${escapeBytes(exchange.received)}"`]] : [];
  replaceMessage(error, rowsOf([...asked, ...rows]));
}

/** The stack holds the message too: V8 makes the stack when it is first read, so it is read before the message changes. */
export function replaceMessage(error: Error, message: string): void {
  const { message: before, stack } = error;
  error.message = message;
  error.stack = stack?.replace(before, () => message) ?? message;
}

type Row = [name: string, text: string];

/** The rows of the new message; null for a failure that keeps its message. */
function rowsFor(error: Error): Row[] | null {
  const { name, message } = error;
  if (isExplained(error)) return null;
  if (name === 'AssertionError') return [...compared(error), ['check', message.split('\n')[0]!.replace(' // Object.is equality', '')]];
  if (error instanceof TimeoutError) return [['expected', message.replace(/^waited .*? for /, '')], ['ended', message]];
  if (JAVASCRIPT.has(name) || message === 'not an array') {
    return [['expected', 'a reply of the kind that this test reads'], ['check', `it cannot be read (${message})`]];
  }
  if (name === 'ReplyError') return [['expected', 'no error reply to a request of the client library'], ['received', `-${message}`]];
  return [['expected', 'what the title of this test says'], ['check', message]];
}

/** The errors that JavaScript throws when a test reads a value of another type than it expects. */
const JAVASCRIPT = new Set(['TypeError', 'SyntaxError', 'RangeError']);

/** The client's own failures, a test that is skipped, and a server that did not start: several lines, with what it printed. */
function isExplained({ name, message, code }: Error & { code?: string }): boolean {
  return name === 'Unexpected reply' || code === 'VITEST_PENDING' || (name !== 'AssertionError' && message.includes('\n'));
}

function compared(error: Error): Row[] {
  const { expected, actual } = error as Error & { expected?: unknown; actual?: unknown };
  return expected === undefined && actual === undefined ? [] : [['expected', shown(expected)], ['received', shown(actual)]];
}

function shown(value: unknown): string {
  return inspect(inWords(value), { breakLength: Infinity, depth: 4, maxArrayLength: 20, maxStringLength: 200 });
}

/** A matcher of Vitest, such as `expect.stringMatching(/x/)`, as text: `inspect` would show its internal fields. */
function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  if (value === null || typeof value !== 'object' || !('asymmetricMatch' in value)) return value;
  const { sample } = value as { sample?: unknown };
  return { [inspect.custom]: () => `${String(value)}${sample === undefined ? '' : ` ${inspect(sample)}`}` };
}

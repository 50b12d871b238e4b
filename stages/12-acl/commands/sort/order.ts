import { readDouble } from '#shared/numbers/double.ts';
import { cString } from '#shared/resp/c-string.ts';
import { ReplyError } from '#shared/resp/reply.ts';

/** Sorts by their bytes, in place. */
export function sortByBytes(elements: string[], descending: boolean): string[] {
  elements.sort();
  return descending ? elements.reverse() : elements;
}

/**
 * Sorts by the numbers that the weights are; no weight is 0. Equal ones are in the order of the elements' bytes, so
 * that the result is the same on every replica (Redis: `sortCompare`). @throws ReplyError for a weight that is no number
 */
export function sortByNumbers(elements: readonly string[], weights: readonly (string | null)[], descending: boolean): string[] {
  const items = new Array<Numbered>(elements.length);
  for (let i = 0; i < items.length; i++) items[i] = { element: elements[i]!, weight: numberOf(weights[i]!) };
  items.sort(compareNumbers);
  if (descending) items.reverse();
  return items.map(elementOf);
}

/** Sorts by the bytes of the weights; no weight comes before all others. Equal ones stay in the order they came in. */
export function sortByTexts(elements: readonly string[], weights: readonly (string | null)[], descending: boolean): string[] {
  const items = elements.map((element, i): Lettered => ({ element, weight: weights[i]! }));
  return items.sort(descending ? compareTextsDown : compareTexts).map(elementOf);
}

interface Numbered {
  readonly element: string;
  readonly weight: number;
}

interface Lettered {
  readonly element: string;
  readonly weight: string | null;
}

/** As C's `strtod`, which sees nothing after a NUL and reports what is too large for a double. */
function numberOf(text: string | null): number {
  if (text === null) return 0;
  const value = readDouble(cString(text));
  if (value === undefined || (!Number.isFinite(value) && !/inf/i.test(text))) {
    throw new ReplyError("ERR One or more scores can't be converted into double");
  }
  return value;
}

function compareNumbers(a: Numbered, b: Numbered): number {
  if (a.weight !== b.weight) return a.weight < b.weight ? -1 : 1;
  if (a.element === b.element) return 0;
  return a.element < b.element ? -1 : 1;
}

function compareTexts(a: Lettered, b: Lettered): number {
  if (a.weight === b.weight) return 0;
  if (a.weight === null) return -1;
  return b.weight === null || a.weight > b.weight ? 1 : -1;
}

function compareTextsDown(a: Lettered, b: Lettered): number {
  return compareTexts(b, a);
}

function elementOf(item: { readonly element: string }): string {
  return item.element;
}

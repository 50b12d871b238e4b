import type { Database } from '../../store/database.ts';
import { Hash } from '../../store/hash-value.ts';
import { RawString } from '../../store/raw-string.ts';

/** A pattern of BY or GET: `weight_*`, or `user:*->name` for a field of a hash. The element takes the place of the asterisk. */
export interface Pattern {
  /** `#`: the element itself. */
  readonly isElement: boolean;
  /** It has no asterisk, so it names the same key for every element. */
  readonly isConstant: boolean;
  readonly before: string;
  readonly after: string;
  /** Undefined: the key holds a string. */
  readonly field: string | undefined;
}

/** Splits a pattern at its first asterisk, and at the first arrow after it that something follows. */
export function parsePattern(text: string): Pattern {
  const star = text.indexOf('*');
  const isConstant = star === -1;
  const arrow = isConstant ? -1 : text.indexOf('->', star + 1);
  const hasField = arrow !== -1 && arrow + 2 < text.length;
  return {
    isElement: text === '#',
    isConstant,
    before: text.slice(0, isConstant ? 0 : star),
    after: text.slice(star + 1, hasField ? arrow : undefined),
    field: hasField ? text.slice(arrow + 2) : undefined,
  };
}

/** The value that a pattern gives for an element (Redis: `lookupKeyByPattern`); null also where the key holds another type. */
export function lookupPattern(db: Database, pattern: Pattern, element: string): string | null {
  if (pattern.isElement) return element;
  if (pattern.isConstant) return null;
  const value = db.lookupRead(pattern.before + element + pattern.after);
  if (pattern.field !== undefined) return value instanceof Hash ? (value.get(pattern.field) ?? null) : null;
  if (typeof value === 'string') return value;
  return value instanceof RawString ? value.toString() : null;
}

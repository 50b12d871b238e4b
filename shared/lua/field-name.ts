import type { LuaValue } from './value.ts';

/**
 * The name of a field that a script reads, such as `call` in `redis.call`, and where it was found last: mostly it stands there
 * again, in the same table or in one that was made in the same way.
 */
export class FieldName {
  readonly text: string;
  /** A place among the keys of a table. */
  place = 0;
  /** The key that stood there; null: it was not found yet. */
  key: LuaValue | null = null;

  constructor(text: string) {
    this.text = text;
  }
}

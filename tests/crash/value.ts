/** An entry of a stream. The server chooses the ID: null until a reply has shown it. */
export interface StreamEntry {
  id: string | null;
  readonly text: string;
}

/** What a key holds: a string, a list, a hash, a sorted set (as a map of scores) or a stream. Never changed in place. */
export type Value = string | readonly string[] | ReadonlyMap<string, string> | readonly StreamEntry[];

/** All keys of one owner. */
export type State = Map<string, Value>;

/** Whether what was read back is what the model holds; an ID that no reply has shown may be any. */
export function sameValue(model: Value | undefined, found: Value | undefined): boolean {
  if (model === undefined || found === undefined || typeof model === 'string' || typeof found === 'string')
    return model === found;
  if (model instanceof Map || found instanceof Map) return sameHash(model, found);
  const [a, b] = [model as readonly Item[], found as readonly Item[]];
  return a.length === b.length && a.every((item, at) => sameItem(item, b[at]!));
}

/** A value in a line, long ones shortened: for a failure's text. */
export function showValue(value: Value | undefined): string {
  if (value === undefined) return '(none)';
  if (typeof value === 'string') return value.length > 60 ? `${value.slice(0, 40)}… (${value.length} bytes)` : value;
  const items = value instanceof Map ? [...value].map((pair) => pair.join('=')) : (value as readonly Item[]);
  const shown = items.slice(-3).map((item) => showValue(typeof item === 'string' ? item : `${item.id} ${item.text}`));
  return `${items.length} elements${items.length > 3 ? ', the last' : ''}: ${shown.join(', ')}`;
}

type Item = string | StreamEntry;

function sameItem(model: Item, found: Item): boolean {
  if (typeof model === 'string' || typeof found === 'string') return model === found;
  return model.text === found.text && (model.id === null || model.id === found.id);
}

function sameHash(model: Value, found: Value): boolean {
  if (!(model instanceof Map && found instanceof Map) || model.size !== found.size) return false;
  return [...model].every(([field, text]) => found.get(field) === text);
}

/** V8 copies a part of a string that is shorter than this. */
const SLICED_MIN = 13;

/**
 * V8 keeps a sum of strings as a tree until it is read; reading makes one string of it. What is kept must be one: a
 * tree takes more memory, and keeps alive what its parts were cut from.
 */
export function flat(text: string): string {
  return text.charCodeAt(0) >= 0 ? text : '';
}

/** The same text in memory of its own: V8 makes a longer part of a string a reference to the whole. */
export function ownText(text: string): string {
  return text.length < SLICED_MIN ? text : flat(text.charAt(0) + text.substring(1));
}

/** A text with the characters from `from` to `to` replaced by others; '' removes them. */
export function splice(text: string, from: number, to: number, others: string): string {
  const head = text.substring(0, from);
  const tail = text.substring(to);
  if (others !== '' || (head !== '' && tail !== '')) return flat(head + others + tail);
  return ownText(head + tail);
}

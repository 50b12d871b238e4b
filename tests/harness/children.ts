/**
 * The encoded elements of an encoded array, set, push or map (fields and values in turn), each with its own children.
 */
export function children(raw: string): string[] {
  const headerEnd = raw.indexOf('\r\n') + 2;
  const items: string[] = [];
  for (let at = headerEnd; at < raw.length;) {
    const end = endOf(raw, at);
    items.push(raw.slice(at, end));
    at = end;
  }
  return items;
}

/** Where the reply that begins at `at` ends. The bytes must hold it whole. */
export function endOf(raw: string, at: number): number {
  const lineEnd = raw.indexOf('\r\n', at) + 2;
  const type = raw[at]!;
  if (!'$!=*~>%|'.includes(type)) return lineEnd;
  const size = Number(raw.slice(at + 1, lineEnd - 2));
  if (size < 0) return lineEnd;
  if ('$!='.includes(type)) return lineEnd + size + 2;
  let end = lineEnd;
  for (let missing = '%|'.includes(type) ? size * 2 : size; missing > 0; missing--) end = endOf(raw, end);
  // An attribute is no reply of its own: the reply that it describes follows.
  return type === '|' ? endOf(raw, end) : end;
}

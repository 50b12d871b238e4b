/** One line of INFO. */
export type InfoField = readonly [name: string, value: string | number];

/** One section of INFO: its name, and its fields in order. `S` is a server's own type. */
export interface InfoSection<S> {
  readonly name: string;
  /** It may be long: shown only when it is named, or with `all` or `everything`. */
  readonly long?: true;
  fields(server: S): readonly InfoField[];
}

/**
 * The text of INFO (Redis: `genRedisInfoString`). Names count in any case of letters, and unknown ones select nothing.
 * `default`, or no name at all, selects every section that is not long; `all` and `everything` select those too.
 */
export function infoText<S>(sections: readonly InfoSection<S>[], server: S, names: readonly string[]): string {
  const wanted = new Set(names.length === 0 ? ['default'] : names.map((name) => name.toLowerCase()));
  const all = wanted.has('all') || wanted.has('everything');
  const chosen = sections.filter(({ name, long }) => {
    return all || wanted.has(name.toLowerCase()) || (!long && wanted.has('default'));
  });
  return chosen.map((section) => sectionText(section, server)).join('\r\n');
}

function sectionText<S>({ name, fields }: InfoSection<S>, server: S): string {
  const lines = fields(server).map(([field, value]) => `${field}:${value}\r\n`);
  return `# ${name}\r\n${lines.join('')}`;
}

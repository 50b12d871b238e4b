import type { Command } from './command.ts';

/** Every category, in the order in which ACL CAT names them (Redis: `ACLCommandCategories`). */
export const CATEGORIES: readonly string[] = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
];

/** The families whose name is a category too. */
const GROUP_CATEGORIES: Record<string, string> = {
  string: 'string',
  list: 'list',
  set: 'set',
  hash: 'hash',
  'sorted-set': 'sortedset',
  stream: 'stream',
  geo: 'geo',
  bitmap: 'bitmap',
  hyperloglog: 'hyperloglog',
  connection: 'connection',
  transactions: 'transaction',
  pubsub: 'pubsub',
  generic: 'keyspace',
};

/**
 * The ACL categories of a command, in the order of ACL CAT: most follow from its flags and family (Redis: `setImplicitACLCategories`).
 */
export function aclCategories(command: Command): string[] {
  const { flags, row, family } = command;
  const found = new Set(row.categories ? row.categories.split(' ') : []);
  if (flags.has('write')) found.add('write');
  if (flags.has('readonly') && family.group !== 'scripting') found.add('read');
  if (flags.has('admin')) found.add('admin').add('dangerous');
  if (flags.has('pubsub')) found.add('pubsub');
  if (flags.has('blocking')) found.add('blocking');
  found.add(flags.has('fast') ? 'fast' : 'slow');
  const own = family.category ?? GROUP_CATEGORIES[family.group];
  if (own && command.subcommands.size === 0) found.add(own);
  return CATEGORIES.filter((category) => found.has(category));
}

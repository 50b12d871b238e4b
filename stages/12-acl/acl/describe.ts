import type { KeyPattern, Selector, User } from './user.ts';

/** A user as a line of redis.conf and of an aclfile: the rules that make the same user (Redis: `ACLDescribeUser`). */
export function describeUser(user: User): string {
  const passwords = [...user.passwords].map((hash) => `#${hash}`);
  const others = user.selectors.map((selector) => `(${describeSelector(selector)})`);
  return [...userFlags(user), ...passwords, describeSelector(user.root), ...others].join(' ');
}

/** The words for what a user is, in Redis's order. */
export function userFlags({ enabled, nopass, sanitizePayload }: User): string[] {
  return [
    enabled ? 'on' : 'off',
    ...(nopass ? ['nopass'] : []),
    sanitizePayload ? 'sanitize-payload' : 'skip-sanitize-payload',
  ];
}

function describeSelector(selector: Selector): string {
  const channels = selector.allChannels ? ['&*'] : ['resetchannels', describeChannels(selector)];
  return [describeKeys(selector), ...channels, describeCommands(selector)].filter((text) => text !== '').join(' ');
}

/** `+@all` or `-@all`, and what was said after that. */
export function describeCommands({ beginsWithAll, commandRules }: Selector): string {
  return [beginsWithAll ? '+@all' : '-@all', ...commandRules].join(' ');
}

export function describeKeys({ allKeys, keys }: Selector): string {
  return allKeys ? '~*' : keys.map(describeKey).join(' ');
}

function describeKey({ pattern, reads, writes }: KeyPattern): string {
  if (reads && writes) return `~${pattern}`;
  return `${reads ? '%R' : '%W'}~${pattern}`;
}

export function describeChannels({ allChannels, channels }: Selector): string {
  return allChannels ? '&*' : channels.map((pattern) => `&${pattern}`).join(' ');
}

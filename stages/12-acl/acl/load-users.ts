import { log } from '#shared/log.ts';
import type { Acl } from './acl.ts';
import { describeUser } from './describe.ts';
import { loadAclFile } from './file.ts';
import type { User } from './user.ts';

/** The options that define users. */
interface UserOptions {
  readonly requirepass: string;
  /** The words of each `user` line: a name, and rules. */
  readonly user: readonly (readonly string[])[];
  readonly aclfile: string;
}

/**
 * The users at the start: of `requirepass`, and of the lines of redis.conf or of an aclfile (Redis:
 * `ACLLoadUsersAtStartup`). @throws Error with one line for the operator
 */
export function loadUsers(acl: Acl, { requirepass, user: lines, aclfile }: UserOptions): void {
  if (requirepass !== '') acl.setDefaultPassword(requirepass);
  if (lines.length > 0 && aclfile !== '') throw new Error(BOTH);
  for (const user of readLines(acl, lines)) acl.define(user);
  if (aclfile !== '') loadAclFile(acl, aclfile);
  for (const user of acl.all) if (!user.enabled) log.notice(disabled(user));
}

function readLines(acl: Acl, lines: readonly (readonly string[])[]): User[] {
  const users = new Map<string, User>();
  for (const words of lines) {
    const name = words[0]!;
    if (users.has(name)) throw new Error(`Error in user declaration '${name}': ${DUPLICATE}`);
    try {
      users.set(name, acl.parse(words));
    } catch (error) {
      throw new Error(`Error in user declaration '${name}': ${(error as Error).message}`);
    }
  }
  return [...users.values()];
}

/** The words of the `user` lines for redis.conf; none while the unchanged default user is the only one. */
export function userDirectives(acl: Acl): string[][] {
  if (acl.isUntouched) return [];
  return acl.all.map((user) => [user.name, ...describeUser(user).split(' ')]);
}

function disabled(user: User): string {
  return `The user '${user.name}' is disabled: its rules do not contain 'on'. Make sure that this is no mistake.`;
}

const DUPLICATE = 'Duplicate user found. A user can only be defined once in config files';
const BOTH =
  'Users are defined in redis.conf, and aclfile is set too. Move the users into the ACL file, or leave aclfile out.';

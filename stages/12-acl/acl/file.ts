import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { fsPath, systemReason } from '#shared/options/paths.ts';
import { writeWholeFile } from '#shared/options/whole-file.ts';
import type { Acl } from './acl.ts';
import { describeUser } from './describe.ts';
import { RuleError } from './rule-error.ts';
import type { User } from './user.ts';

/** The file holds password hashes: only its owner may read it. */
const MODE = 0o600;

/**
 * Reads an aclfile: lines `user <name> <rule> …`. All of it holds, or nothing does (Redis: `ACLLoadFromFile`).
 * @returns the users that are gone @throws Error with one line that names what is wrong with each line of the file
 */
export function loadAclFile(acl: Acl, path: string): User[] {
  return acl.replaceAll(readUsers(acl, path));
}

function readUsers(acl: Acl, path: string): User[] {
  const users = new Map<string, User>();
  const errors: string[] = [];
  for (const [at, line] of readText(path).split('\n').entries()) {
    const words = line.trim().split(' ');
    if (words.length === 1 && words[0] === '') continue;
    try {
      const user = readUser(acl, words);
      if (users.has(user.name)) throw new RuleError(`Duplicate user '${user.name}' found`);
      users.set(user.name, user);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      errors.push(`${fsPath(path)}:${at + 1}: ${error.message}.`);
    }
  }
  if (errors.length === 0) return [...users.values()];
  throw new Error(`${errors.join(' ')} ${UNCHANGED}`);
}

/** Single spaces separate the words of a line. So two spaces in a row make an empty word, which is left out. */
function readUser(acl: Acl, [keyword, name, ...rules]: readonly string[]): User {
  if (keyword !== 'user' || name === undefined) {
    throw new RuleError('should start with user keyword followed by the username');
  }
  return acl.parse([name, ...rules.filter((rule) => rule !== '')]);
}

function readText(path: string): string {
  try {
    return readFileSync(fsPath(path), 'latin1');
  } catch (error) {
    throw new Error(`Error loading ACLs, opening file '${fsPath(path)}': ${systemReason(error)}`);
  }
}

/** Writes every user (Redis: `ACLSaveToFile`). The new file is put in the old one's place as a whole. @throws Error */
export function saveAclFile(acl: Acl, path: string): void {
  const file = fsPath(path);
  const target = existsSync(file) ? realpathSync(file) : file;
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : MODE;
  writeWholeFile(target, acl.all.map((user) => `user ${user.name} ${describeUser(user)}\n`).join(''), mode);
}

const UNCHANGED = 'WARNING: ACL errors detected, no change to the previously active ACL rules was performed';

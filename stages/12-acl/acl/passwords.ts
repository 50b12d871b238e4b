import { createHash, timingSafeEqual } from 'node:crypto';
import type { User } from './user.ts';

/** SHA-256 of a password, in 64 hexadecimal digits (Redis: `ACLHashPassword`). */
export function hashPassword(password: string): string {
  return createHash('sha256').update(password, 'latin1').digest('hex');
}

/** Redis: `ACLCheckPasswordHash`. */
export function isPasswordHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * Whether a user may authenticate with this password (Redis: `ACLCheckUserCredentials`). Every hash is compared, each in
 * constant time: how long the answer takes says nothing about a password.
 */
export function acceptsPassword(user: User | undefined, password: string): boolean {
  const hash = Buffer.from(hashPassword(password), 'latin1');
  let found = false;
  for (const known of user?.passwords ?? []) {
    if (timingSafeEqual(hash, Buffer.from(known, 'latin1'))) found = true;
  }
  return user !== undefined && user.enabled && (user.nopass || found);
}

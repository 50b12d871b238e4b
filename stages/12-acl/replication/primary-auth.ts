import type { Options } from '../options.ts';
import type { PrimaryConnection } from './primary-connection.ts';

/** Whether a primary answers PING so because the replica has not authenticated yet. */
export function needsPassword(pong: string): boolean {
  return /^-(NOAUTH|NOPERM|ERR operation not permitted)/.test(pong);
}

/** Authenticates this replica, if it has a password for its primary. @throws Error when the primary refuses it */
export async function authenticate(connection: PrimaryConnection, { masteruser, masterauth }: Options): Promise<void> {
  if (masterauth === '') return;
  const reply = await connection.ask('AUTH', ...(masteruser === '' ? [] : [masteruser]), masterauth);
  if (reply.startsWith('-')) throw new Error(`Unable to AUTH to MASTER: ${reply.slice(1)}`);
}

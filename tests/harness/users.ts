import type { Decoded } from '#shared/resp/decoder.ts';
import { Client } from './client.ts';
import { address, atEnd, client } from './suite.ts';

/** The password of every user that a test makes. */
export const PASSWORD = 'secret-of-a-test';

export const NOAUTH = 'NOAUTH Authentication required.';
export const WRONGPASS = 'WRONGPASS invalid username-password pair or user is disabled.';

/** The error for a command that a user may not run, in the words of 7.0 or of 7.2. */
export const NO_COMMAND = (name: string) => new RegExp(`^NOPERM .*no permissions to run the '${name.replace('|', '\\|')}' command$`);
export const NO_KEY = /^NOPERM .*(access a key|access one of the keys used as arguments)$/;
export const NO_CHANNEL = /^NOPERM .*(access a channel|access one of the channels used as arguments)$/;

/** The server under test wants this password of the default user until the test ends. @returns an administrator */
export async function passwordSet(): Promise<Client> {
  const admin = await client();
  await admin.expect('CONFIG', 'SET', 'requirepass', PASSWORD).ok();
  await atLast((last) => last.send('CONFIG', 'SET', 'requirepass', ''));
  return admin;
}

/** A user of the server under test with these rules, and no others, until the test ends. @returns an administrator */
export async function userWith(name: string, ...rules: string[]): Promise<Client> {
  const admin = await client();
  await admin.expect('ACL', 'SETUSER', name, 'reset', 'on', `>${PASSWORD}`, ...rules).ok();
  await atLast((last) => last.send('ACL', 'DELUSER', name));
  return admin;
}

/** A connection of this user. */
export async function as(name: string): Promise<Client> {
  const connection = await client();
  await connection.expect('AUTH', name, PASSWORD).ok();
  return connection;
}

/** A connection of a new user with these rules: the short form of the two above. */
export async function userOf(...rules: string[]): Promise<Client> {
  await userWith('alice', ...rules);
  return as('alice');
}

/** A field of ACL GETUSER. */
export async function rulesOf(admin: Client, name: string, field: string): Promise<Decoded> {
  return fieldOf(await admin.send('ACL', 'GETUSER', name), field);
}

/** The value of a field in a flat map. */
export function fieldOf(map: Decoded, name: string): Decoded {
  const flat = map as Decoded[];
  return flat[flat.indexOf(name) + 1] ?? null;
}

async function atLast(action: (admin: Client) => Promise<unknown>): Promise<void> {
  const { host, port } = await address();
  atEnd(async () => {
    const last = await Client.open(host, port);
    await last.send('AUTH', PASSWORD);
    await action(last);
    await last.close();
  });
}

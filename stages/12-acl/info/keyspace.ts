import type { InfoField } from '#shared/info/info.ts';
import type { Keyspace } from '../store/keyspace.ts';

/** Section Keyspace of INFO: a line for each database that holds keys. */
export function keyspaceFields({ keyspace }: { readonly keyspace: Keyspace }): InfoField[] {
  return keyspace.databases
    .filter((db) => db.size > 0)
    .map((db) => [`db${db.index}`, `keys=${db.size},expires=${db.volatileSize},avg_ttl=${db.averageTtl()}`]);
}

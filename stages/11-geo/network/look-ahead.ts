import { PREFETCH_MAX } from '#shared/dict/dict.ts';
import { hasBytes } from '#shared/resp/long-arguments.ts';
import type { Client } from '../clients/client.ts';
import type { NetworkServer } from './network-server.ts';

/** The first keys of the requests that were parsed in advance. */
const keys: string[] = [];

/**
 * Parses the next requests of a pipeline, and has their keys and values fetched into the processor's cache. Among many keys a lookup waits
 * for memory several times; for these requests the waits overlap. A wrong guess, such as an argument that is no key, costs nothing else.
 * Requests for one key may look up much in its value: fields of a large hash, members of a large set.
 */
export function lookAhead({ keyspace }: NetworkServer, client: Client): void {
  const requests = client.parser.lookAhead(PREFETCH_MAX);
  if (requests.length < 2) return;
  keys.length = 0;
  for (const args of requests) if (args.length > 1 && !hasBytes(args)) keys.push(args[1]!);
  const database = keyspace.databases[client.db]!;
  if (keys.length > 1 && keys[0] === keys.at(-1)) database.prefetchIn(keys[0]!, requests.filter((args) => !hasBytes(args)));
  else database.prefetch(keys);
}

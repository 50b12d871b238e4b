import type { CommandClock } from '#shared/stats/command-clock.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { Options } from '../options.ts';

interface Prefetching {
  /** These keys will be looked up. */
  prefetch(keys: readonly string[]): void;
  /** These requests for one key will run. */
  prefetchIn(key: string, requests: readonly (readonly string[])[]): void;
}

/** The parts of the server that this folder uses. Nothing in this folder depends on commands. */
export interface NetworkServer {
  readonly options: Options;
  readonly clients: Clients;
  /** The dicts of the keys that requests name. */
  readonly keyspace: { readonly databases: readonly Prefetching[] };
  /** Times the commands. */
  readonly clock: CommandClock;
  /** Executes one request; the reply is in `client.replies` then. */
  execute(client: Client, args: readonly string[]): void;
  /** Writes what is to be written at the end of a turn, now. */
  beforeSleep(): void;
}

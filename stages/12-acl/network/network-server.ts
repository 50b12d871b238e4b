import type { CommandClock } from '#shared/stats/command-clock.ts';
import type { Acl } from '../acl/acl.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import type { Options } from '../options.ts';

/** What this folder needs of the server: it knows no commands, and nothing of what they are about. */
export interface NetworkServer {
  readonly options: Options;
  readonly clients: Clients;
  readonly acl: Acl;
  /** Times the commands. */
  readonly clock: CommandClock;
  /** Executes one request; the reply is in `client.replies` then. */
  execute(client: Client, args: readonly string[]): void;
  /** Writes what is to be written at the end of a turn, now. */
  beforeSleep(): void;
}

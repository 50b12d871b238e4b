import { cluster } from '#shared/commands/cluster-rows.ts';
import type { Family } from '../router/command.ts';
import { connection } from './connection/connection.ts';
import { server } from './server/server.ts';

/** Every family of commands of this stage. */
export const families: readonly Family[] = [
  connection,
  server,
  cluster,
];

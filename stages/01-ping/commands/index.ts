import { cluster } from '#shared/commands/cluster-rows.ts';
import type { Family } from '../router/command.ts';
import { connection } from './connection/connection.ts';
import { server } from './server/server.ts';

/** Every family of commands that this stage knows. */
export const families: readonly Family[] = [
  connection,
  server,
  cluster,
];

import type { Family } from '../router/command.ts';
import { connection } from './connection.ts';
import { server } from './server.ts';

/** Every family of commands that this stage knows. */
export const families: readonly Family[] = [connection, server];

import { cluster } from '#shared/commands/cluster-rows.ts';
import type { Family } from '../router/command.ts';
import { connection } from './connection/connection.ts';
import { databases, selection } from './keys/databases.ts';
import { expire } from './keys/expire.ts';
import { keys } from './keys/keys.ts';
import { object } from './keys/object.ts';
import { keyTransfer } from './keys/transfer.ts';
import { server } from './server/server.ts';
import { counters } from './strings/counters.ts';
import { strings } from './strings/strings.ts';
import { substrings } from './strings/substrings.ts';

/** Every family of commands of this stage. */
export const families: readonly Family[] = [
  connection,
  server,
  strings,
  counters,
  substrings,
  keys,
  keyTransfer,
  object,
  expire,
  databases,
  selection,
  cluster,
];

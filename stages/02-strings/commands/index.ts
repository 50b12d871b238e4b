import type { Family } from '../router/command.ts';
import { connection } from './connection.ts';
import { counters } from './counters.ts';
import { databases, selection } from './databases.ts';
import { expire } from './expire.ts';
import { keyTransfer } from './key-transfer.ts';
import { keys } from './keys.ts';
import { object } from './object.ts';
import { server } from './server.ts';
import { strings } from './strings.ts';
import { substrings } from './substrings.ts';

/** Every family of commands that this stage knows. */
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
];

import type { Family } from '../router/command.ts';
import { connection } from './connection.ts';
import { counters } from './counters.ts';
import { databases, selection } from './databases.ts';
import { expire } from './expire.ts';
import { hashes } from './hashes.ts';
import { keys } from './keys.ts';
import { server } from './server.ts';
import { setAlgebra } from './set-algebra.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { transactions } from './transactions.ts';

/** Every family of commands that this stage knows. */
export const families: readonly Family[] = [
  connection,
  server,
  strings,
  counters,
  keys,
  expire,
  databases,
  selection,
  hashes,
  sets,
  setAlgebra,
  transactions,
];

import type { Family } from '../router/command.ts';
import { config } from './config.ts';
import { connection } from './connection.ts';
import { counters } from './counters.ts';
import { databases, selection } from './databases.ts';
import { debug } from './debug.ts';
import { dump } from './dump.ts';
import { expire } from './expire.ts';
import { hashes } from './hashes.ts';
import { keyTransfer } from './key-transfer.ts';
import { keys } from './keys.ts';
import { listBlocking } from './lists-blocking.ts';
import { listElements } from './lists-elements.ts';
import { listMoving } from './lists-moving.ts';
import { lists } from './lists.ts';
import { object } from './object.ts';
import { persistence } from './persistence.ts';
import { replication } from './replication.ts';
import { server } from './server.ts';
import { setAlgebra } from './set-algebra.ts';
import { sets } from './sets.ts';
import { streamClaim } from './stream-claim.ts';
import { streamGroups } from './stream-groups.ts';
import { streamInfo } from './stream-info.ts';
import { streamPending } from './stream-pending.ts';
import { streamsRead } from './streams-read.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';
import { substrings } from './substrings.ts';
import { transactions } from './transactions.ts';
import { wait } from './wait.ts';
import { xgroup } from './xgroup.ts';

/** Every family of commands that this stage knows. */
export const families: readonly Family[] = [
  connection,
  server,
  config,
  strings,
  counters,
  substrings,
  keys,
  keyTransfer,
  object,
  dump,
  expire,
  databases,
  selection,
  lists,
  listElements,
  listMoving,
  listBlocking,
  hashes,
  sets,
  setAlgebra,
  streams,
  streamsRead,
  xgroup,
  streamGroups,
  streamPending,
  streamClaim,
  streamInfo,
  transactions,
  persistence,
  debug,
  replication,
  wait,
];

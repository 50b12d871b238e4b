import { cluster } from '#shared/commands/cluster-rows.ts';
import type { Family } from '../router/command.ts';
import { connection } from './connection/connection.ts';
import { hashes } from './hashes/hashes.ts';
import { databases, selection } from './keys/databases.ts';
import { expire } from './keys/expire.ts';
import { keys } from './keys/keys.ts';
import { object } from './keys/object.ts';
import { keyTransfer } from './keys/transfer.ts';
import { listBlocking } from './lists/blocking.ts';
import { listElements } from './lists/elements.ts';
import { lists } from './lists/lists.ts';
import { listMoving } from './lists/moving.ts';
import { server } from './server/server.ts';
import { setAlgebra } from './sets/algebra.ts';
import { sets } from './sets/sets.ts';
import { streamClaim } from './streams/claim.ts';
import { streamGroups } from './streams/groups.ts';
import { streamInfo } from './streams/info.ts';
import { streamPending } from './streams/pending.ts';
import { streamsRead } from './streams/read.ts';
import { streams } from './streams/streams.ts';
import { xgroup } from './streams/xgroup.ts';
import { counters } from './strings/counters.ts';
import { strings } from './strings/strings.ts';
import { substrings } from './strings/substrings.ts';
import { transactions } from './transactions/transactions.ts';

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
  cluster,
];

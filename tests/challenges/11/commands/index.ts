import { cluster } from '#shared/commands/cluster-rows.ts';
import type { Family } from '../router/command.ts';
import { monitoring } from './clients/monitor.ts';
import { connection } from './connection/connection.ts';
import { geo } from './geo/geo.ts';
import { geoNearest } from './geo/nearest.ts';
import { geoSearching } from './geo/search.ts';
import { hashes } from './hashes/hashes.ts';
import { databases, selection } from './keys/databases.ts';
import { dump } from './keys/dump.ts';
import { expire } from './keys/expire.ts';
import { keys } from './keys/keys.ts';
import { object } from './keys/object.ts';
import { keyTransfer } from './keys/transfer.ts';
import { listBlocking } from './lists/blocking.ts';
import { listElements } from './lists/elements.ts';
import { lists } from './lists/lists.ts';
import { listMoving } from './lists/moving.ts';
import { publishing } from './pubsub/publish.ts';
import { subscribing } from './pubsub/subscribe.ts';
import { failover } from './replication/failover.ts';
import { replication } from './replication/replication.ts';
import { wait } from './replication/wait.ts';
import { config } from './server/config.ts';
import { debug } from './server/debug.ts';
import { persistence } from './server/persistence.ts';
import { server } from './server/server.ts';
import { setAlgebra } from './sets/algebra.ts';
import { sets } from './sets/sets.ts';
import { sortedSetAdding } from './sorted-sets/add.ts';
import { sortedSetAlgebra } from './sorted-sets/algebra.ts';
import { sortedSetBlocking } from './sorted-sets/blocking.ts';
import { sortedSetPicking } from './sorted-sets/picking.ts';
import { sortedSetPopping } from './sorted-sets/popping.ts';
import { sortedSetRanges } from './sorted-sets/ranges.ts';
import { sortedSetRemoving } from './sorted-sets/removing.ts';
import { sortedSets } from './sorted-sets/sorted-sets.ts';
import { sorting } from './sort/sort.ts';
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
  sortedSets,
  sortedSetAdding,
  sortedSetRanges,
  sortedSetRemoving,
  sortedSetPopping,
  sortedSetBlocking,
  sortedSetAlgebra,
  sortedSetPicking,
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
  failover,
  wait,
  sorting,
  cluster,
  subscribing,
  publishing,
  monitoring,
  geo,
  geoSearching,
  geoNearest,
];

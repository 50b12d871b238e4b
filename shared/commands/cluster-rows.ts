import { ReplyError } from '../resp/reply.ts';
import type { CommandRow, Family } from './command.ts';

/** What `CLUSTER` has, all with one answer: name, arity, flags, since. `*`: its replies differ from node to node. */
const SUBCOMMANDS = `
addslots -3 admin,stale,no_async_loading 3.0.0
addslotsrange -4 admin,stale,no_async_loading 7.0.0
bumpepoch 2 admin,stale,no_async_loading 3.0.0 *
count-failure-reports 3 admin,stale 3.0.0 *
countkeysinslot 3 stale 3.0.0
delslots -3 admin,stale,no_async_loading 3.0.0
delslotsrange -4 admin,stale,no_async_loading 7.0.0
failover -2 admin,stale,no_async_loading 3.0.0
flushslots 2 admin,stale,no_async_loading 3.0.0
forget 3 admin,stale,no_async_loading 3.0.0
getkeysinslot 4 stale 3.0.0 *
info 2 stale 3.0.0 *
keyslot 3 stale 3.0.0
links 2 stale 7.0.0 *
meet -4 admin,stale,no_async_loading 3.0.0
myid 2 stale 3.0.0
nodes 2 stale 3.0.0 *
replicas 3 admin,stale 5.0.0 *
replicate 3 admin,stale,no_async_loading 3.0.0
reset -2 admin,noscript,stale 3.0.0
saveconfig 2 admin,stale,no_async_loading 3.0.0
set-config-epoch 3 admin,stale,no_async_loading 3.0.0
setslot -4 admin,stale,no_async_loading 3.0.0
shards 2 stale 7.0.0 *
slaves 3 admin,stale 3.0.0 *
slots 2 stale 3.0.0 *
`;

const DEPRECATED: Record<string, CommandRow['deprecated']> = {
  slaves: { since: '5.0.0', replacedBy: '`CLUSTER REPLICAS`' },
  slots: { since: '7.0.0', replacedBy: '`CLUSTER SHARDS`' },
};

/** Commands by which a client finds out whether it talks to a cluster. Each of them answers that it does not. */
export const cluster: Family<unknown> = {
  group: 'cluster',
  category: '',
  rows: [
    {
      name: 'cluster',
      arity: -2,
      flags: '',
      since: '3.0.0',
      helpSince: '5.0.0',
      summary: 'For clusters, which this server is no part of.',
      subcommands: [...subcommands()],
    },
    probe('readonly', 'loading stale fast', 'Reads from a replica in a cluster.'),
    probe('readwrite', 'loading stale fast', 'No more reads from a replica in a cluster.'),
    probe('asking', 'fast', 'After a redirection in a cluster.'),
  ],
};

function probe(name: string, flags: string, summary: string): CommandRow<unknown> {
  return { name, arity: 1, flags, categories: 'connection', since: '3.0.0', summary, run: refuse };
}

function* subcommands(): Generator<CommandRow<unknown>> {
  for (const line of SUBCOMMANDS.trim().split('\n')) {
    const [name, arity, flags, since, differs] = line.split(' ');
    const deprecated = DEPRECATED[name!];
    yield {
      name: name!,
      arity: Number(arity),
      flags: flags!.replaceAll(',', ' '),
      since: since!,
      summary: 'Not in this server.',
      ...(differs === '*' ? { tips: 'nondeterministic_output' } : {}),
      ...(deprecated ? { deprecated } : {}),
      run: refuse,
    };
  }
}

function refuse(): never {
  throw new ReplyError('ERR This instance has cluster support disabled');
}

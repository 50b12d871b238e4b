import type { Stage } from '#shared/manifest.ts';
import { sleep, until } from '../../../../tests/harness/time.ts';
import { ToolError } from '../../tool-error.ts';
import { ask, info } from '../connection.ts';
import { measureInTurn, type Side } from '../measure.ts';
import { CLIENTS } from '../redis-benchmark.ts';
import type { BenchServer, Start } from '../servers.ts';
import type { Scenario } from './scenario.ts';
import { SET_TEST, setRows, type Pair } from './set-rows.ts';

const TARGET = '≥ 0.85';

export const replica: Scenario = {
  name: 'replica',
  title: 'SET with one replica attached',
  since: '08',
  async run({ stage, start, plan, progress }) {
    const sides = [
      await startPair(start, stage, stage),
      await startPair(start, stage, 'redis'),
      await startPair(start, 'redis', 'redis'),
    ];
    const pairs: Pair[] = [];
    for (const pipeline of plan.pipelines) {
      const [own, mixed, theirs] = await measureInTurn(sides, SET_TEST, pipeline, plan);
      pairs.push({ name: `of the stage, P=${pipeline}`, ours: own!, theirs: theirs!, target: TARGET });
      pairs.push({ name: `redis-server, P=${pipeline}`, ours: mixed!, theirs: theirs!, target: TARGET });
      progress(`replica P=${pipeline}: measured`);
    }
    for (const { server } of sides) await requireOneSync(server);
    return {
      setting:
        `SET from ${CLIENTS} clients, 16-byte values, 100,000 random keys, sent to a primary with one replica. The ` +
        'replica of the stage is a server of the stage, or redis-server; that of redis-server is redis-server. ' +
        'Primary, replica and redis-benchmark share the cores. Before a run the replica has caught up; what it takes ' +
        'to catch up after a run is in the CPU time, and not in the requests per second.',
      tables: [{ rows: setRows('replica', pairs), notes: 'Higher ratios are better for the stage.' }],
    };
  },
};

type Kind = Stage | 'redis';

async function startPair(start: Start, primaryKind: Kind, replicaKind: Kind): Promise<Side & { server: BenchServer }> {
  const forRedis = primaryKind !== 'redis' && replicaKind === 'redis' ? { 'rdb-version': '10' } : {};
  const primary = await start(primaryKind, { 'repl-diskless-sync-delay': '0', ...forRedis });
  const follower = await start(replicaKind);
  await ask(follower.port, 'REPLICAOF', '127.0.0.1', String(primary.port));
  const rest = () => caughtUp(primary, follower);
  await rest();
  return { server: primary, replica: follower, rest };
}

const CATCH_UP_MS = 60_000;

async function caughtUp(primary: BenchServer, follower: BenchServer): Promise<void> {
  try {
    await until(() => hasAll(primary.port, follower.port), 'the replica to catch up', CATCH_UP_MS);
  } catch (error) {
    throw new ToolError(`${(error as Error).message}\n${primary.output()}\n${follower.output()}`);
  }
}

async function hasAll(primaryPort: number, followerPort: number): Promise<boolean> {
  // In this order: what the primary sent after its answer may be there already.
  const above = await info(primaryPort, 'replication');
  const below = await info(followerPort, 'replication');
  const there = Number(below['slave_repl_offset']) >= Number(above['master_repl_offset']);
  if (below['master_link_status'] === 'up' && above['connected_slaves'] === '1' && there) return true;
  await sleep(20);
  return false;
}

/** A replica that was dropped for being slow would come back by another full sync, and until then it would cost the primary nothing. */
async function requireOneSync({ port }: BenchServer): Promise<void> {
  const { sync_full: full, sync_partial_ok: partial } = await info(port, 'stats');
  if (full !== '1' || partial !== '0')
    throw new ToolError(`the replica lost its primary on port ${port}: ${full} full and ${partial} partial syncs`);
}

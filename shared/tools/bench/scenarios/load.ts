import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { ToolError } from '../../tool-error.ts';
import { ask } from '../connection.ts';
import { fill, requireKeys } from '../memory.ts';
import { cpuMicroseconds } from '../process-usage.ts';
import { mebibytes, ratioCells, whole } from '../report.ts';
import { median } from '../statistics.ts';
import type { Scenario, ScenarioBench } from './scenario.ts';

export const load: Scenario = {
  name: 'load',
  title: 'loading a large dump at the start',
  since: '06',
  async run(bench) {
    const { stage, plan, progress } = bench;
    const { dir, bytes } = await makeDump(bench);
    const ofStage: Loading[] = [];
    const ofRedis: Loading[] = [];
    for (let round = 1; round <= plan.rounds; round++) {
      const ours = await loadOnce(bench, stage, dir);
      const theirs = await loadOnce(bench, 'redis', dir);
      ofStage.push(ours);
      ofRedis.push(theirs);
      progress(`load ${round}/${plan.rounds}: ${ours.seconds.toFixed(3)} s, redis ${theirs.seconds.toFixed(3)} s`);
    }
    const row = (name: string, of: (loading: Loading) => number, target = '') => {
      const [a, b] = [ofStage.map(of), ofRedis.map(of)];
      return [name, median(a).toFixed(3), median(b).toFixed(3), ...ratioCells(a, b), target];
    };
    const withCpu = [...ofStage, ...ofRedis].every(({ cpuSeconds }) => cpuSeconds !== null);
    return {
      setting:
        `redis-server wrote a dump of ${whole(plan.keys)} strings, keys and values of 16 bytes each, no deadlines: ` +
        `${mebibytes(bytes)} MiB. Each server starts in its folder. "loading" is what the server's log says in ` +
        '"DB loaded from disk"; "until it answers" also holds the start of the program. The CPU time is what the ' +
        'process had used when it answered, less what it takes to start without a dump.',
      tables: [
        {
          rows: [
            [`${whole(plan.keys)} keys`, 'stage', 'redis', 'ratio', 'rounds', 'target'],
            row('loading, s', ({ seconds }) => seconds, '≤ 2.50'),
            row('until it answers, s', ({ untilReady }) => untilReady),
            ...(withCpu ? [row('CPU time, s', ({ cpuSeconds }) => cpuSeconds!)] : []),
          ],
          notes: 'Lower ratios are better for the stage.',
        },
      ],
    };
  },
};

/** One start; all in seconds. */
interface Loading {
  /** As the server itself says. */
  seconds: number;
  untilReady: number;
  /** Beyond what an empty server takes; null where it cannot be read. */
  cpuSeconds: number | null;
}

async function makeDump({ start, plan, progress }: ScenarioBench): Promise<{ dir: string; bytes: number }> {
  progress(`redis-server writes a dump of ${plan.keys} keys`);
  const { dir, port, stop } = await start('redis');
  await fill(port, plan.keys);
  await ask(port, 'SAVE');
  await stop();
  return { dir, bytes: statSync(join(dir, 'dump.rdb')).size };
}

async function loadOnce({ start, plan }: ScenarioBench, kind: Stage | 'redis', dir: string): Promise<Loading> {
  const empty = await start(kind);
  const cpuEmpty = cpuMicroseconds(empty.pid);
  await empty.stop();
  const began = performance.now();
  const server = await start(kind, {}, dir);
  const untilReady = (performance.now() - began) / 1000;
  const cpu = cpuMicroseconds(server.pid);
  await requireKeys(server.port, plan.keys);
  await server.stop();
  const cpuSeconds = cpu === null || cpuEmpty === null ? null : (cpu - cpuEmpty) / 1e6;
  return { seconds: loadSeconds(server.output()), untilReady, cpuSeconds };
}

/** Reads how long loading took from a server's log. @throws ToolError when it does not say */
export function loadSeconds(log: string): number {
  const found = /DB loaded from disk: (\d+\.\d+) seconds/.exec(log);
  if (!found) throw new ToolError(`the server does not say how long it took to load:\n${log}`);
  return Number(found[1]);
}

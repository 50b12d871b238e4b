import { closeSync, fsyncSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureInTurn, type Side } from '../measure.ts';
import { CLIENTS } from '../redis-benchmark.ts';
import type { BenchServer, Settings } from '../servers.ts';
import { median, ratios } from '../statistics.ts';
import type { Scenario } from './scenario.ts';
import { SET_TEST, setRows, type Pair } from './set-rows.ts';

/** Each policy with the ratio that the stage shall reach. */
const POLICIES = [
  ['everysec', '≥ 0.85'],
  ['always', '≥ 0.80'],
] as const;

/** A rewrite would begin in one server's run and not in the other's. */
const NO_REWRITE: Settings = { 'auto-aof-rewrite-percentage': '0' };

export const aof: Scenario = {
  name: 'aof',
  title: 'SET with an append-only file: appendfsync everysec and always',
  since: '07',
  async run({ stage, start, plan, progress }) {
    const fsync = fsyncMilliseconds();
    const pairs: Pair[] = [];
    for (const [policy, target] of POLICIES) {
      const settings = { appendonly: 'yes', appendfsync: policy, ...NO_REWRITE };
      const servers = [await start(stage, settings), await start('redis', settings)];
      for (const pipeline of plan.pipelines) {
        const [ours, theirs] = await measureInTurn(servers.map(sideOf), SET_TEST, pipeline, plan);
        const name = `${policy}, P=${pipeline}`;
        pairs.push({ name, ours: ours!, theirs: theirs!, target });
        progress(`aof ${name}: ${lastRatio(pairs).toFixed(2)}`);
      }
      await Promise.all(servers.map((server) => server.stop()));
    }
    return {
      setting:
        `SET from ${CLIENTS} clients, 16-byte values, 100,000 random keys; no automatic rewrite. Before a run all ` +
        'that was written earlier is on disk. On this disk, 4 KB appended to a file and fsync take ' +
        `${fsync.toFixed(2)} ms (median).`,
      tables: [{ rows: setRows('appendfsync', pairs), notes: 'Higher ratios are better for the stage.' }],
    };
  },
};

function lastRatio(pairs: readonly Pair[]): number {
  const { ours, theirs } = pairs.at(-1)!;
  return ratios(ours.map(rate), theirs.map(rate)).median;
}

function rate({ requestsPerSecond }: { requestsPerSecond: number }): number {
  return requestsPerSecond;
}

function sideOf(server: BenchServer): Side {
  return { server, rest: async () => syncFiles(join(server.dir, 'appendonlydir')) };
}

/** What one server left to the disk must not be written while the other is measured. */
function syncFiles(dir: string): void {
  for (const name of readdirSync(dir)) {
    const fd = openSync(join(dir, name), 'r');
    fsyncSync(fd);
    closeSync(fd);
  }
}

const FSYNCS = 50;

function fsyncMilliseconds(): number {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const fd = openSync(join(dir, 'file'), 'a');
  try {
    const block = Buffer.alloc(4096, 'x');
    const took = Array.from({ length: FSYNCS }, () => {
      const began = performance.now();
      writeSync(fd, block);
      fsyncSync(fd);
      return performance.now() - began;
    });
    return median(took);
  } finally {
    closeSync(fd);
    rmSync(dir, { recursive: true });
  }
}

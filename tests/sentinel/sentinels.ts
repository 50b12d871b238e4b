import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decoded } from '#shared/resp/decoder.ts';
import { freePort, startProcess, type ServerProcess } from '../harness/process.ts';
import { askOnce } from './link.ts';

/** Whether `redis-sentinel` is on the PATH. */
export const HAS_SENTINEL = spawnSync('redis-sentinel', ['--version']).status === 0;

/** How the sentinels reach the servers. */
export interface SentinelOptions {
  /** The port by which the primary is known. */
  readonly primary: number;
  readonly password?: string | undefined;
  /** Lines of sentinel.conf that say how TLS is spoken; empty: it is not. */
  readonly tls: readonly string[];
}

/** Three sentinels that watch one primary. */
export interface Sentinels {
  /** The port of the primary, as the first sentinel that answers says. */
  primary(): Promise<number>;
  /** What is not in order yet in the eyes of one of them; null: each sees a primary and two replicas that follow it. */
  complaint(): Promise<string | null>;
  output(): string;
  stop(): Promise<void>;
}

const NAME = 'lab';
const COUNT = 3;
const QUORUM = 2;
/** A server that does not answer for so long is down: long for a busy machine. */
export const DOWN_AFTER_MS = 2_000;
/** More often than by default (10 s, 2 s), so that a server that is back is made a replica soon. */
const PERIODS = ['info-period', '1000', 'publish-period', '500'];

export async function startSentinels(options: SentinelOptions): Promise<Sentinels> {
  const dir = mkdtempSync(join(tmpdir(), 'sentinels-'));
  const processes: ServerProcess[] = [];
  const stop = async () => {
    for (const process of processes) await process.kill();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (let at = 0; at < COUNT; at++) processes.push(await startSentinel(join(dir, `${at}.conf`), dir, options));
    for (const { port } of processes) await askOnce(port, {}, 'SENTINEL', 'DEBUG', ...PERIODS);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async primary() {
      for (const { port } of processes) {
        const address = await askOnce(port, {}, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME).catch(() => null);
        if (Array.isArray(address)) return Number(address[1]);
      }
      throw new Error('no sentinel answers');
    },
    async complaint() {
      const primaries = new Set<string>();
      for (const { port } of processes) {
        const primary = fieldsOf(await askOnce(port, {}, 'SENTINEL', 'MASTER', NAME));
        primaries.add(primary['port']!);
        if (primary['flags'] !== 'master') return `the primary is ${primary['flags']}`;
        if (primary['num-other-sentinels'] !== String(COUNT - 1)) return `${primary['num-other-sentinels']} other sentinels are known`;
        const replicas = ((await askOnce(port, {}, 'SENTINEL', 'REPLICAS', NAME)) as Decoded[]).map(fieldsOf);
        if (replicas.length !== 2) return `${replicas.length} replicas are known`;
        for (const { name, flags, 'master-link-status': link, 'master-port': follows } of replicas) {
          if (flags !== 'slave' || link !== 'ok' || follows !== primary['port']) return `${name} is ${flags}, its link ${link}`;
        }
      }
      return primaries.size === 1 ? null : 'they do not agree on the primary';
    },
    output: () => processes.map((process) => process.output().slice(-3_000)).join('\n---\n'),
    stop,
  };
}

async function startSentinel(conf: string, dir: string, { primary, password, tls }: SentinelOptions): Promise<ServerProcess> {
  const port = await freePort();
  const tlsPort = tls.length > 0 ? [`tls-port ${await freePort()}`, 'tls-replication yes', ...tls] : [];
  const lines = [
    `port ${port}`,
    ...tlsPort,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${primary} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 10000`,
    `sentinel parallel-syncs ${NAME} 2`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${NAME} ${password}`]),
  ];
  writeFileSync(conf, lines.join('\n'));
  return startProcess({ argv: ['redis-sentinel', conf], port, cwd: dir });
}

/** Fields and values in turn, as in Sentinel's replies. */
function fieldsOf(reply: Decoded): Record<string, string> {
  const words = (reply as Decoded[]).map(String);
  return Object.fromEntries(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1]!]] : [])));
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/time.ts';

/** Names the file into which `record-pauses.ts` writes. */
export const RECORD = 'PAUSES_RECORD';

/** A PING that waited longer than 50 ms. */
export interface Pause {
  /** When it was sent: Unix time in ms. */
  readonly at: number;
  readonly took: number;
  /** By how much a timer in the pinging program was late meanwhile; ms. */
  readonly late: number;
  /** How long the server waited for a processor meanwhile; ms. */
  readonly queued: number;
}

/** Something that went on for a while. Times in ms, Unix time. */
export interface Episode {
  readonly what: string;
  readonly from: number;
  to: number;
}

export interface Watch {
  readonly pauses: Pause[];
  /** @returns how many PINGs were answered */
  stop(): Promise<number>;
}

/** Pings from a process of its own. `pid`: the server's. */
export async function startWatch(port: number, pid: number): Promise<Watch> {
  const program = fileURLToPath(new URL('./watch.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program, String(port), String(pid)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let ready = false;
  let rest = '';
  let count = 0;
  const pauses: Pause[] = [];
  child.stdout.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === 'ready') ready = true;
      else if (line.startsWith('{"count"')) count = (JSON.parse(line) as { count: number }).count;
      else pauses.push(JSON.parse(line) as Pause);
    }
  });
  await until(() => ready, 'the pinger to start');
  return {
    pauses,
    async stop() {
      child.stdin.end();
      await once(child, 'close');
      return count;
    },
  };
}

/** The garbage collections that a server's record holds. */
export function readRecord(path: string): Episode[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : [];
  return lines.map((line) => {
    const { at, took, what } = JSON.parse(line) as { at: number; took: number; what: string };
    return { what, from: at, to: at + took };
  });
}

/**
 * What explains a pause: collections that took at least a third of it; else that the server or the pinging program got no
 * processor for as long; else what went on in the background.
 */
export function explain({ at, took, late, queued }: Pause, collections: readonly Episode[], background: readonly Episode[]): string {
  const overlap = ({ from, to }: Episode) => Math.max(0, Math.min(to, at + took) - Math.max(from, at));
  const found = collections.filter((episode) => overlap(episode) >= took / 3);
  if (found.length > 0) return found[0]!.what;
  if (queued >= took / 3) return 'the machine: the server waited for a processor';
  if (late >= took / 3) return 'the machine: the pinging program was as late';
  const names = [...new Set(background.filter((episode) => overlap(episode) > 0).map(({ what }) => what))];
  return names.length === 0 ? 'nothing that is known' : `during ${names.join(' and ')}`;
}

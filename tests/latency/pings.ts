import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../harness/time.ts';

/** How long answers to PING took while something else went on, in ms. */
export interface Pings {
  count: number;
  median: number;
  p99: number;
  /** The five longest, longest first. */
  longest: number[];
  /** By how much the pinger itself was late at worst: longer waits than the server's own are the machine's. */
  late: number;
}

/** Pings from a process of its own. @returns stops it, and resolves to what it measured */
export async function startPings(port: number): Promise<() => Promise<Pings>> {
  const pinger = fileURLToPath(new URL('./pinger.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), pinger, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await until(() => output.startsWith('ready\n'), 'the pinger to start');
  return async () => {
    child.stdin.end();
    await once(child, 'close');
    return summary(JSON.parse(output.slice('ready\n'.length)));
  };
}

function summary({ took, late }: { took: number[]; late: number }): Pings {
  const sorted = took.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { count: sorted.length, median: at(0.5), p99: at(0.99), longest: sorted.slice(-5).reverse(), late };
}

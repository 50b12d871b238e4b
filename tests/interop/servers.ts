import { spawnSync } from 'node:child_process';
import { afterEach } from 'vitest';
import type { Stage } from '#shared/manifest.ts';
import { stagesToTry } from '../harness/stages-to-try.ts';

const found = spawnSync('redis-server', ['--version']).status === 0;
if (!found && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');

/** Whether real Redis is installed. If not, a line says which tests were left out. @throws Error where CI requires it */
export function hasRedis(leftOut: string): boolean {
  if (!found) console.log(`redis-server is not on the PATH: ${leftOut}`);
  return found;
}

/** The stages that keep RDB files, or some of them. */
export function rdbStages(): Stage[] {
  return stagesToTry('06');
}

/** Stops what the tests of a file start, after each of them; call it at the top of the file. */
export function cleanUp(): <T extends { stop(): Promise<void> }>(starting: Promise<T>) => Promise<T> {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.stop();
  });
  return async (starting) => {
    const started = await starting;
    open.push(started);
    return started;
  };
}

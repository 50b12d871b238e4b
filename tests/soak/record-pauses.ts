import { appendFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { RECORD } from './pauses.ts';

// Loaded in front of a stage (`--import`): notes each garbage collection of V8 that took long.
const path = process.env[RECORD];
if (path === undefined) throw new Error(`${RECORD} is not set`);

const NOTED_MS = 20;
const KINDS: Record<number, string> = { 1: 'scavenge', 2: 'minor mark-compact', 4: 'major collection', 8: 'incremental marking', 16: 'weak callbacks' };

const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { startTime, duration } = entry;
    if (duration < NOTED_MS) continue;
    const { kind = 0 } = (entry as unknown as { detail: { kind?: number } }).detail;
    const what = `garbage collection (${KINDS[kind] ?? `kind ${kind}`})`;
    appendFileSync(path, `${JSON.stringify({ at: performance.timeOrigin + startTime, took: duration, what })}\n`);
  }
});
observer.observe({ entryTypes: ['gc'] });

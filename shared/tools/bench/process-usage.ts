import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, type CpuInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** CPU time and memory of another process can be read here: Linux has /proc. */
export const CAN_READ_PROCESSES = existsSync('/proc/self/stat');

/**
 * User and system time that all threads of a process have used, in microseconds; null where it cannot be read.
 * `withChildren`: and its child processes that have ended.
 */
export function cpuMicroseconds(pid: number, withChildren = false): number | null {
  if (!CAN_READ_PROCESSES) return null;
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'), withChildren) * microsecondsPerTick();
}

/** How many cores are busy, on average over this time in ms. The system's load average would still hold an earlier bench. */
export async function busyCores(ms: number): Promise<number> {
  const before = cpus();
  await sleep(ms);
  return cpus().reduce((sum, { times }, i) => sum + busyShare(before[i]?.times ?? times, times), 0);
}

function busyShare(before: CpuInfo['times'], after: CpuInfo['times']): number {
  const total = (times: CpuInfo['times']) => Object.values(times).reduce((sum, ms) => sum + ms, 0);
  const passed = total(after) - total(before);
  return passed === 0 ? 0 : 1 - (after.idle - before.idle) / passed;
}

/** Memory of a process that is in RAM, in bytes; null where it cannot be read. */
export function residentBytes(pid: number): number | null {
  if (!CAN_READ_PROCESSES) return null;
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return line === null ? null : Number(line[1]) * 1024;
}

/**
 * utime + stime in clock ticks: fields 14 and 15 of /proc/PID/stat, and for children 16 and 17. Field 2, a name, may
 * hold spaces and brackets.
 */
export function parseStat(stat: string, withChildren = false): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, withChildren ? 15 : 13).reduce((sum, field) => sum + Number(field), 0);
}

let tick = 0;

function microsecondsPerTick(): number {
  tick ||= 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));
  return tick;
}

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** CPU time and memory of another process can be read here: Linux has /proc. */
export const CAN_READ_PROCESSES = existsSync('/proc/self/stat');

/** User and system time that all threads of a process have used, in microseconds; null where it cannot be read. */
export function cpuMicroseconds(pid: number): number | null {
  if (!CAN_READ_PROCESSES) return null;
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1')) * microsecondsPerTick();
}

/** Memory of a process that is in RAM, in bytes; null where it cannot be read. */
export function residentBytes(pid: number): number | null {
  if (!CAN_READ_PROCESSES) return null;
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return line === null ? null : Number(line[1]) * 1024;
}

/** utime + stime in clock ticks: fields 14 and 15 of /proc/PID/stat. Field 2, a name, may hold spaces and brackets. */
export function parseStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

let tick = 0;

function microsecondsPerTick(): number {
  tick ||= 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));
  return tick;
}

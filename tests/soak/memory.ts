import { memoryMb } from '../fuzz/fuzz.ts';

/** What a process held at a moment. */
export interface Sample {
  /** Seconds since the beginning. */
  readonly at: number;
  /** Resident memory in MB, as the system counts it. */
  readonly rss: number;
  /** `used_memory` in MB: what the server counts for its data. */
  readonly used: number;
}

export function sample(pid: number, usedMemory: string | undefined, at: number): Sample {
  return { at, rss: memoryMb(pid) ?? NaN, used: Number(usedMemory) / 2 ** 20 };
}

/** How much a value grows, per hour: the line that fits best (least squares) through the samples from a time on. */
export function slopePerHour(samples: readonly Sample[], field: 'rss' | 'used', from: number): number {
  const late = samples.filter(({ at }) => at >= from);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(late.map(({ at }) => at)), mean(late.map((one) => one[field]))];
  const above = late.reduce((sum, one) => sum + (one.at - x) * (one[field] - y), 0);
  const below = late.reduce((sum, one) => sum + (one.at - x) ** 2, 0);
  return (above / below) * 3600;
}

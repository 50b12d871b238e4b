import { medianOrNull, type Measurement } from '../measure.ts';
import { ratioCells, whole } from '../report.ts';
import { median } from '../statistics.ts';
import { BENCH_TESTS } from '../tests.ts';

/** The command that shows what keeping every write costs. */
export const SET_TEST = BENCH_TESTS.find(({ name }) => name === 'SET')!;

/** The rounds of a server, and those of redis-server that they stand beside. */
export interface Pair {
  readonly name: string;
  readonly ours: readonly Measurement[];
  readonly theirs: readonly Measurement[];
  /** `≥ 0.85` */
  readonly target: string;
}

/** The table of such pairs; the columns of CPU time are left out where it cannot be read. */
export function setRows(title: string, pairs: readonly Pair[]): string[][] {
  const cpu: [string, (side: Measurement) => number | null | undefined][] = [
    ['CPU µs', ({ cpuMicroseconds }) => cpuMicroseconds],
    ['replica CPU µs', ({ replicaMicroseconds }) => replicaMicroseconds],
  ];
  const columns = cpu.flatMap(([name, of]) => {
    const read = ({ ours, theirs }: Pair) => [ours, theirs].map((side) => medianOrNull(side.map(of)));
    if (pairs.some((pair) => read(pair).includes(null))) return [];
    return [0, 1].map((i) => ({ name: `${['stage', 'redis'][i]} ${name}`, cell: (pair: Pair) => read(pair)[i]! }));
  });
  const rate = (side: readonly Measurement[]) => side.map(({ requestsPerSecond }) => requestsPerSecond);
  return [
    [title, 'stage req/s', 'redis req/s', 'ratio', 'rounds', 'target', ...columns.map(({ name }) => name)],
    ...pairs.map((pair) => {
      const [ours, theirs] = [rate(pair.ours), rate(pair.theirs)];
      const rates = [whole(median(ours)), whole(median(theirs))];
      const cpuCells = columns.map(({ cell }) => cell(pair).toFixed(2));
      return [pair.name, ...rates, ...ratioCells(ours, theirs), pair.target, ...cpuCells];
    }),
  ];
}

import type { Comparison } from './measure.ts';
import type { MemoryUse } from './memory.ts';
import { geometricMean, ratios } from './statistics.ts';

/** Of what, when, and under which circumstances something was measured. */
export interface Conditions {
  /** `05-transactions` */
  stage: string;
  /** Day of the run: `2026-01-31`. */
  date: string;
  node: string;
  redis: string;
  cores: number;
  rounds: number;
  /** How many cores were busy just before: what other programs took. */
  load: number;
}

/** All that one run of the bench found out. */
export interface Report extends Conditions {
  comparisons: readonly Comparison[];
  memory?: { keys: number; stage: MemoryUse; redis: MemoryUse };
}

/** How many requests of the stage there are for one of Redis. */
export function ratio({ stage, redis }: Comparison): number {
  return stage.requestsPerSecond / redis.requestsPerSecond;
}

/** The pipelines of a report, each with its comparisons and their geometric mean. */
export function byPipeline({ comparisons }: Report): { pipeline: number; rows: Comparison[]; mean: number }[] {
  const pipelines = [...new Set(comparisons.map(({ pipeline }) => pipeline))];
  return pipelines.map((pipeline) => {
    const rows = comparisons.filter((row) => row.pipeline === pipeline);
    return { pipeline, rows, mean: geometricMean(rows.map(ratio)) };
  });
}

/** The report for a terminal. */
export function reportText(report: Report): string {
  const parts = [conditions(report)];
  for (const { pipeline, rows, mean } of byPipeline(report)) {
    parts.push(textTable(tableOf(`P=${pipeline}`, rows)), `geometric mean at P=${pipeline}: ${mean.toFixed(2)}`);
  }
  const { memory } = report;
  if (memory) parts.push(textTable(memoryTable(memory)));
  return parts.join('\n\n');
}

/** The report as a page of docs/benchmarks; `chart` is the file of the drawing beside it. */
export function reportMarkdown(report: Report, chart: string): string {
  const parts = [
    `# Stage ${report.stage} against redis-server`,
    `${conditions(report)} Higher ratios are better for the stage.`,
    `![Requests per second of the stage for one of redis-server](${chart})`,
  ];
  for (const { pipeline, rows, mean } of byPipeline(report)) {
    const title = pipeline === 1 ? 'One request at a time (P=1)' : `${pipeline} requests in a pipeline (P=${pipeline})`;
    const closing = `Geometric mean of the ratios: **${mean.toFixed(2)}**`;
    parts.push(`## ${title}`, markdownTable(tableOf('test', rows)), closing);
  }
  if (report.memory) parts.push('## Memory', markdownTable(memoryTable(report.memory)));
  return `${parts.join('\n\n')}\n`;
}

/** Above this load other programs take turns with the servers, and the ratio is also theirs. */
const BUSY = 0.5;

/** A sentence for figures that are not to be trusted; empty for a quiet machine. */
export function busyNote(load: number): string {
  if (load <= BUSY) return '';
  return `Other programs were at work (${load.toFixed(1)} cores busy at the start): these figures are rough.`;
}

function conditions(report: Report): string {
  const load = '50 clients, 16-byte values, 100,000 random keys';
  return `${platform(report)} shared with redis-benchmark: ${load}; ${taken(report)}`;
}

/** How the figures came about: the end of a sentence, and perhaps `busyNote`. */
export function taken({ rounds, load }: Conditions): string {
  const figures = rounds === 1 ? 'one round' : `medians of ${rounds} rounds`;
  return `${figures}, both servers in turn. ${busyNote(load)}`.trimEnd();
}

/** `Stage 05-transactions on Node … and redis-server …, 2026-01-31, 2 cores` */
export function platform({ stage, date, node, redis, cores }: Conditions): string {
  return `Stage ${stage} on Node ${node} and redis-server ${redis}, ${date}, ${cores} cores`;
}

function tableOf(title: string, rows: readonly Comparison[]): string[][] {
  const withCpu = rows.every(({ stage, redis }) => stage.cpuMicroseconds !== null && redis.cpuMicroseconds !== null);
  const cpu = withCpu ? ['stage CPU µs', 'redis CPU µs'] : [];
  return [
    [title, 'stage req/s', 'redis req/s', 'ratio', ...cpu],
    ...rows.map((row) => [
      row.test,
      whole(row.stage.requestsPerSecond),
      whole(row.redis.requestsPerSecond),
      ratio(row).toFixed(2),
      ...(withCpu ? [row.stage, row.redis].map((side) => side.cpuMicroseconds!.toFixed(2)) : []),
    ]),
  ];
}

/** What the keys took is the growth: an empty Node is larger than an empty Redis, and stays so. */
function memoryTable({ keys, stage, redis }: NonNullable<Report['memory']>): string[][] {
  const row = (name: string, ofStage: number, ofRedis: number) => [
    name,
    `${mebibytes(ofStage)} MiB`,
    `${mebibytes(ofRedis)} MiB`,
    (ofStage / ofRedis).toFixed(2),
  ];
  return [
    [`resident memory, ${whole(keys)} keys`, 'stage', 'redis', 'ratio'],
    row('empty', stage.before, redis.before),
    row('with the keys', stage.after, redis.after),
    row('growth', stage.after - stage.before, redis.after - redis.before),
  ];
}

/** Rows of cells as text: the first column to the left, the others to the right. The first row is the header. */
export function textTable(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!));
  return rows.map((row) => row.map(pad).join('  ')).join('\n');
}

/** The same as a Markdown table. */
export function markdownTable([header, ...rows]: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header!), line(header!.map((_, i) => (i === 0 ? ':--' : '--:'))), ...rows.map(line)].join('\n');
}

/** Two cells for servers that were measured in turn: the median of the rounds' ratios, and their range. */
export function ratioCells(ours: readonly number[], theirs: readonly number[]): string[] {
  const { median, lowest, highest } = ratios(ours, theirs);
  return [median.toFixed(2), `${lowest.toFixed(2)}–${highest.toFixed(2)}`];
}

/** `1,234` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function mebibytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}

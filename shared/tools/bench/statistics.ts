/** The middle value, or the mean of the two in the middle. @throws RangeError for no values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of two servers that were measured in turn: one ratio a round, so that what slowed a round down slowed both. */
export interface Ratios {
  median: number;
  lowest: number;
  highest: number;
}

/** @throws RangeError for no rounds, or when the two have not as many */
export function ratios(ours: readonly number[], theirs: readonly number[]): Ratios {
  if (ours.length !== theirs.length) throw new RangeError('each round has two sides');
  const found = ours.map((value, i) => value / theirs[i]!);
  return { median: median(found), lowest: Math.min(...found), highest: Math.max(...found) };
}

/** The mean for ratios: twice as fast and half as fast even out. @throws RangeError for no values */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** A line of what `redis-benchmark --csv` prints. */
export interface CsvRow {
  test: string;
  requestsPerSecond: number;
  /** The 99th percentile of the latency; NaN where redis-benchmark is too old to print it. */
  p99Ms: number;
}

/** Quotes and commas in the first column, the command, are not escaped: so the columns are counted from the right. */
export function parseBenchmarkCsv(text: string): CsvRow[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.startsWith('"'));
  const columns = cells(header);
  const rps = columns.indexOf('rps');
  const p99 = columns.indexOf('p99_latency_ms');
  if (rps === -1) return [];
  return lines.map((line) => {
    const row = cells(line);
    const shift = row.length - columns.length;
    const test = row.slice(0, shift + 1).join('","');
    return { test, requestsPerSecond: Number(row[rps + shift]), p99Ms: p99 === -1 ? NaN : Number(row[p99 + shift]) };
  });
}

function cells(line: string): string[] {
  return line.trim().slice(1, -1).split('","');
}

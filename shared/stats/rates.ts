/** The number of samples whose mean is shown (`STATS_METRIC_SAMPLES`). */
const SAMPLES = 16;
/** ms between two samples, at least. */
const PERIOD_MS = 100;

/** How fast counters have grown lately: `instantaneous_ops_per_sec` and its like (Redis: `trackInstantaneousMetric`). */
export class Rates<Name extends string> {
  private readonly read: () => Record<Name, number>;
  private last: Record<Name, number> | undefined;
  private lastTime = 0;
  private samples: Record<Name, number>[] = [];

  /** `read` gives the counters as they stand. */
  constructor(read: () => Record<Name, number>) {
    this.read = read;
  }

  /** To be called again and again: takes a sample when it is time for one. */
  sample(time = performance.now()): void {
    const passed = time - this.lastTime;
    if (passed < PERIOD_MS) return;
    const { last } = this;
    const now = this.read();
    this.last = now;
    this.lastTime = time;
    if (last === undefined) return;
    const names = Object.keys(last) as Name[];
    const rates = names.map((name) => [name, ((now[name] - last[name]) / passed) * 1000]);
    this.samples = [...this.samples.slice(1 - SAMPLES), Object.fromEntries(rates) as Record<Name, number>];
  }

  /** How much a counter grew in a second. */
  perSecond(name: Name): number {
    return this.samples.reduce((sum, sample) => sum + sample[name], 0) / SAMPLES;
  }

  /** Sets the counters to 0. */
  reset(): void {
    this.last = undefined;
    this.samples = [];
  }
}

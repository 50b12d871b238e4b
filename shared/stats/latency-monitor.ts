/** How many samples of an event are kept (LATENCY_TS_LEN). */
const SAMPLES = 160;

/** The longest that an event took within one second. */
export interface LatencySample {
  /** s since 1970. */
  readonly time: number;
  /** ms. */
  latency: number;
}

export interface LatencyEvent {
  /** Oldest first. */
  readonly samples: LatencySample[];
  /** The longest ever; ms. */
  max: number;
}

/** What took longer than `latency-monitor-threshold`, by the name of the event (Redis: latency.c). */
export class LatencyMonitor {
  readonly events = new Map<string, LatencyEvent>();

  /** Redis: `latencyAddSample`. `ms`: a whole number. */
  add(name: string, ms: number): void {
    const time = Math.floor(Date.now() / 1000);
    let event = this.events.get(name);
    if (event === undefined) this.events.set(name, (event = { samples: [], max: 0 }));
    event.max = Math.max(event.max, ms);
    const last = event.samples.at(-1);
    if (last?.time === time) last.latency = Math.max(last.latency, ms);
    else event.samples.push({ time, latency: ms });
    if (event.samples.length > SAMPLES) event.samples.shift();
  }

  /** Forgets these events, or all of them. @returns how many there were */
  reset(names: readonly string[]): number {
    if (names.length === 0) {
      const { size } = this.events;
      this.events.clear();
      return size;
    }
    return names.filter((name) => this.events.delete(name)).length;
  }
}

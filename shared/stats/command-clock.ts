import { performance } from 'node:perf_hooks';
import type { CommandStats } from './command-stats.ts';
import { LatencyHistogram } from './latency-histogram.ts';

/** Asking for it anew costs half of what the time does. */
const TIME_ORIGIN = performance.timeOrigin;

/**
 * After a slow call, or several that took long together, the next calls of the command are timed one by one: so many, or those of so
 * many ms. Any pause of the process looks like a slow call, and reading the clock 10,000 times takes less than a ms.
 */
const TIMED_CALLS = 10_000;
const TIMED_MS = 10_000;

interface Options {
  /** Time each call on its own, and keep how long it took. */
  readonly 'latency-tracking': boolean;
}

/**
 * Adds up how long commands take. Reading the clock costs as much as a small command's hash lookup, so it is read where
 * the requests of one read begin and end, and between two different commands: of a run of calls of one command the sum
 * is measured, which is what INFO shows. The time that parsing a request and encoding its reply take is part of it.
 */
export class CommandClock<R = never> {
  private readonly options: Options;
  /** The command that the time is counted for. */
  private current: CommandStats | undefined;
  /** The same, where more calls of it need not read the clock. */
  private running: CommandStats | undefined;
  /** When the time of `current` began, in ms; 0: the clock is stopped. */
  private since = 0;
  /** The request that the time is counted for; undefined where it is that of several. */
  private request: unknown;
  /**
   * Gets the time of each request, in ms, where that was measured: of calls of one command that follow each
   * other in one read, the sum is measured. When a time reaches `slowMs`, the command's calls are timed one by one for a while
   * (stage 12).
   */
  onTimed: ((request: R, ms: number) => void) | undefined;
  slowMs = Infinity;

  constructor(options: Options) {
    this.options = options;
  }

  /** Requests have come in. @returns the time; ms since 1970 */
  start(): number {
    this.current = this.running = undefined;
    this.since = performance.now();
    return TIME_ORIGIN + this.since;
  }

  /** A call of this command begins. */
  begin(stats: CommandStats, request?: R): void {
    if (stats === this.running) {
      this.request = undefined;
      return;
    }
    if (this.since === 0) this.start();
    if (this.current !== undefined) this.lap(this.current);
    this.current = stats;
    this.running = this.isTimedAlone(stats) ? undefined : stats;
    this.request = request;
  }

  /** Whether the call that begins is timed on its own. */
  private isTimedAlone(stats: CommandStats): boolean {
    if (this.options['latency-tracking'] || this.slowMs <= 0) return true;
    if (stats.timedCalls === 0) return false;
    stats.timedCalls--;
    return this.since <= stats.timedUntil;
  }

  /**
   * A request begins that runs others one by one (EVAL): it is charged for its own work and for theirs. @returns when it began; ms, for
   * `endOuter`
   */
  beginOuter(): number {
    if (this.since === 0) this.start();
    this.current = this.running = undefined;
    return this.since;
  }

  /** The same request ends. */
  endOuter(stats: CommandStats, request: R, began: number): void {
    if (this.current !== undefined) this.lap(this.current);
    this.since = began;
    this.request = request;
    this.lap(stats);
    this.current = this.running = undefined;
    this.request = undefined;
  }

  /** The time of a request ends now: its long arguments may not be read later, and `onTimed` may want to show them. */
  endRequest(): void {
    if (this.current !== undefined) this.lap(this.current);
    this.current = this.running = undefined;
    this.request = undefined;
  }

  /** The requests are done. */
  stop(): void {
    this.endRequest();
    this.since = 0;
  }

  private lap(stats: CommandStats): void {
    const now = performance.now();
    const ms = now - this.since;
    this.since = now;
    stats.ms += ms;
    if (ms >= this.slowMs) {
      stats.timedCalls = TIMED_CALLS;
      stats.timedUntil = now + TIMED_MS;
    }
    if (this.request !== undefined) this.onTimed?.(this.request as R, ms);
    if (this.options['latency-tracking']) (stats.latency ??= new LatencyHistogram()).record(ms);
  }
}

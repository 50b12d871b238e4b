import type { InfoField } from '../info/info.ts';

/** Codes are counted each on their own up to this many; a client can make up more (Redis 7.2: `ERROR_STATS_NUMBER`). */
const MAX_CODES = 128;

/** The error replies of all clients, by their codes: the errors' first words (Redis: `incrementErrorCount`). */
export class ErrorStats {
  total = 0;
  private readonly byCode = new Map<string, number>();

  /** An error reply with this message is written. */
  count(message: string): void {
    this.total++;
    const end = message.indexOf(' ');
    const code = end === -1 ? 'ERR' : message.slice(0, end);
    const before = this.byCode.get(code);
    if (before !== undefined || this.byCode.size < MAX_CODES) this.byCode.set(code, (before ?? 0) + 1);
  }

  reset(): void {
    this.total = 0;
    this.byCode.clear();
  }

  /** Section Errorstats of INFO. */
  get fields(): InfoField[] {
    return [...this.byCode].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
  }
}

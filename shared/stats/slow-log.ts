/** A request that took long. */
export interface SlowLogEntry {
  readonly id: number;
  /** When it ended; s since 1970. */
  readonly time: number;
  /** µs. */
  readonly duration: number;
  /** Shortened, and without passwords. */
  readonly args: readonly string[];
  /** The client's address and name. */
  readonly address: string;
  readonly clientName: string;
}

/** How many arguments of an entry are kept, and how many bytes of each (SLOWLOG_ENTRY_MAX_ARGC, SLOWLOG_ENTRY_MAX_STRING). */
const MAX_ARGS = 32;
const MAX_BYTES = 128;

/** The latest requests that took longer than `slowlog-log-slower-than`, newest first (Redis: slowlog.c). */
export class SlowLog {
  entries: SlowLogEntry[] = [];
  private nextId = 0;

  /** `maxLength`: `slowlog-max-len`. */
  add(entry: Omit<SlowLogEntry, 'id'>, maxLength: number): void {
    this.entries.unshift({ ...entry, id: this.nextId++, args: shorten(entry.args) });
    if (this.entries.length > maxLength) this.entries.length = maxLength;
  }

  reset(): void {
    this.entries = [];
  }
}

/** Redis: `slowlogCreateEntry`. */
function shorten(args: readonly string[]): string[] {
  const kept = args.length > MAX_ARGS ? args.slice(0, MAX_ARGS - 1) : args;
  const shown = kept.map((arg) => {
    return arg.length <= MAX_BYTES ? arg : `${arg.slice(0, MAX_BYTES)}... (${arg.length - MAX_BYTES} more bytes)`;
  });
  if (kept !== args) shown.push(`... (${args.length - kept.length} more arguments)`);
  return shown;
}

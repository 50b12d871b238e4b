export interface CoalescerOptions {
  /** How much is waiting for the action. */
  size(): number;
  /** So much does not wait for more. */
  enough: number;
  /** The longest that the action is put off, in ms; 1 by default. */
  longest?: number;
  /** Does what was put off. */
  action(): void;
}

/**
 * Puts off an action that costs the same for one request as for a hundred, as long as more keeps coming: it runs after
 * the first turn of the event loop that brought nothing new, after one of them at least, and after `longest` at the
 * latest. Network cards coalesce their interrupts like that, databases their commits (PostgreSQL: `commit_delay`).
 */
export class Coalescer {
  /** Whether the action is to come. */
  active = false;
  private readonly options: CoalescerOptions;
  private since = 0;
  private lastSize = -1;

  constructor(options: CoalescerOptions) {
    this.options = options;
  }

  /** From now on it waits for more; nothing when it does so already. */
  begin(): void {
    if (this.active) return;
    this.active = true;
    this.since = performance.now();
    this.lastSize = -1;
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    const { enough, longest = 1, action } = this.options;
    const size = this.options.size();
    if (size !== this.lastSize && size < enough && performance.now() - this.since < longest) {
      this.lastSize = size;
      setImmediate(this.turn);
    } else {
      this.active = false;
      action();
    }
  };
}

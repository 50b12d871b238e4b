/**
 * What helps with one core test, a little more each time: a nudge; the function of real Redis to read, and its file; the
 * place in our stage, as `file#name`, where the name is that of a function, class or constant, or of a command's row.
 */
export type Hint = readonly [nudge: string, redis: string, ours: string];

/** `tests/hints/NN.ts`: the hints of a suite, by the titles of its core tests. */
export interface HintFile {
  /** What a server can do that passes the whole core: shown at the end. */
  readonly won: string;
  readonly hints: Readonly<Record<string, Hint>>;
}

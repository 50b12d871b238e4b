/** The result of a check. Without problems, it holds. */
export interface Findings {
  readonly problems: string[];
  /** Shown whether it holds or not: a table, a count. */
  readonly notes?: string[];
}

/** One thing that must be true of the project at `root`. */
export interface Check {
  readonly name: string;
  /** @param say prints a line at once, where a check takes long */
  run(root: string, say?: (line: string) => void): Findings | Promise<Findings>;
}

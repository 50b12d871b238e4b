/** The result of a check. Without problems, it holds. */
export interface Findings {
  readonly problems: string[];
  /** Shown whether it holds or not: a table, a count. */
  readonly notes?: string[];
}

/** One thing that must be true of the project at `root`. */
export interface Check {
  readonly name: string;
  run(root: string): Findings | Promise<Findings>;
}

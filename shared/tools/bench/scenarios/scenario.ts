import type { Stage } from '#shared/manifest.ts';
import type { Plan } from '../measure.ts';
import type { Start } from '../servers.ts';

/** A point that is measured beside the commands, side by side with redis-server. */
export interface Scenario {
  readonly name: string;
  /** One line for the help and the page. */
  readonly title: string;
  /** The first stage that can do it. */
  readonly since: string;
  /** Where it has others than most. */
  readonly rounds?: number;
  readonly keys?: number;
  run(bench: ScenarioBench): Promise<Findings>;
}

/** What a scenario works with. */
export interface ScenarioBench {
  readonly stage: Stage;
  readonly start: Start;
  readonly plan: ScenarioPlan;
  progress(line: string): void;
}

export interface ScenarioPlan extends Plan {
  readonly keys: number;
  readonly pipelines: readonly number[];
}

export interface Findings {
  /** What was measured, and how: sentences. */
  readonly setting: string;
  readonly tables: readonly Table[];
}

export interface Table {
  /** The first row is the header. */
  readonly rows: readonly string[][];
  /** Sentences below it. */
  readonly notes?: string;
}

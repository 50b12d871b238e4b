import { markdownTable, platform, taken, textTable, type Conditions } from '../report.ts';
import type { Findings, Scenario } from './scenario.ts';

/** The result of one scenario. */
export interface ScenarioReport extends Conditions, Findings {
  scenario: Pick<Scenario, 'name' | 'title'>;
}

/** The report for a terminal. */
export function scenarioText(report: ScenarioReport): string {
  return [title(report), ...body(report, textTable)].join('\n\n');
}

/** The report as a page of docs/benchmarks. */
export function scenarioMarkdown(report: ScenarioReport): string {
  return `${[`# ${title(report)}`, ...body(report, markdownTable)].join('\n\n')}\n`;
}

/** The page's file in docs/benchmarks: `06-load.md`. */
export function scenarioFile({ stage, scenario }: ScenarioReport): string {
  return `${stage.slice(0, 2)}-${scenario.name}.md`;
}

function title({ stage, scenario }: ScenarioReport): string {
  return `Stage ${stage} against redis-server: ${scenario.title}`;
}

function body(report: ScenarioReport, table: (rows: readonly string[][]) => string): string[] {
  const conditions = `${platform(report)} shared by servers and clients; ${taken(report)}`;
  const tables = report.tables.flatMap(({ rows, notes }) => [table(rows), ...(notes === undefined ? [] : [notes])]);
  return [conditions, report.setting, ...tables];
}

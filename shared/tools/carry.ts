import chalk from 'chalk';
import { builtStages, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { applySteps } from './carry/apply.ts';
import { changesSince, type Change } from './carry/changes.ts';
import type { Clash } from './carry/merge.ts';
import { planCarry, type Conflict, type Step } from './carry/plan.ts';
import { parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

export interface CarryOptions {
  /** The revision that holds the stage as it was; HEAD by default. */
  since?: string;
  /** The last stage to carry to; the last one built by default. */
  until?: string;
  dryRun?: boolean;
  /** Files or folders of the stage, from its folder: only what changed there is carried. Empty: everything. */
  only?: string[];
  root?: string;
}

export interface CarryResult {
  /** Whether every later stage could follow; if not, nothing was written anywhere. */
  ok: boolean;
  /** The report, line by line. */
  report: string[];
}

/**
 * Takes the change that was made in one stage's folder into every later stage, file by file, by three-way merge.
 * @throws ToolError for an unknown stage or revision, or when a file cannot be written
 */
export function carry(query: string | undefined, options: CarryOptions = {}): CarryResult {
  const { since = 'HEAD', until, dryRun = false, only = [], root = PROJECT_ROOT } = options;
  const stage = requireStage(query, root);
  const last = until === undefined ? '99' : requireStage(until, root).number;
  const later = builtStages(root).filter(({ number }) => number > stage.number && number <= last);
  const changes = pick(changesSince(since, root, stage.dir), only, stage);
  const files = changes.length === 1 ? '1 changed file' : `${changes.length} changed files`;
  const title = `${files} of ${fullName(stage)} since ${since}`;
  if (changes.length === 0 || later.length === 0) {
    return { ok: true, report: [`${title}${later.length === 0 ? ', and no later stage' : ''}: nothing to carry`] };
  }
  const { steps, conflicts } = planCarry(changes, later, root);
  if (conflicts.length > 0) {
    const described = conflicts.flatMap((one) => describe(one, stage));
    return { ok: false, report: [title, ...described, advice(stage, conflicts[0]!)] };
  }
  if (!dryRun) applySteps(steps.filter(({ action }) => action !== 'already there'));
  const lines = later.map((one) => summary(one, steps));
  return { ok: true, report: [title, ...lines, ...(dryRun ? ['A dry run: nothing was written.'] : [])] };
}

const HELP = `
npm run carry 03                        take the uncommitted change in stage 03's folder into 04 … 12
npm run carry 03 store/list.ts commands only of these files and folders of the stage
npm run carry 03 -- --since HEAD~2      the change since that revision
npm run carry 03 -- --until 06          into 04 … 06 alone
npm run carry 03 -- --dry-run           only print what would be done

Each file is merged three ways: what stage 03 held, what it holds now, what the later stage holds now (uncommitted
changes of its own included). On any conflict nothing is written anywhere, and the exit code is 1.
`;

/** @throws ToolError for a name under which nothing changed */
function pick(changes: Change[], only: string[], stage: Stage): Change[] {
  if (only.length === 0) return changes;
  const names = only.map((name) => name.replace(/^\.\//, '').replace(`${stage.dir}/`, '').replace(/\/+$/, ''));
  const below = (file: string, name: string) => file === name || file.startsWith(`${name}/`);
  const idle = names.find((name) => !changes.some(({ file }) => below(file, name)));
  if (idle !== undefined) throw new ToolError(`Nothing changed in ${stage.dir}/${idle}`);
  return changes.filter(({ file }) => names.some((name) => below(file, name)));
}

function fullName(stage: Stage): string {
  return `${stage.number}-${stage.name}`;
}

function summary(stage: Stage, steps: Step[]): string {
  const own = steps.filter((step) => step.stage.number === stage.number);
  const actions = [...new Set(own.map(({ action }) => action))];
  const parts = actions.map((action) => {
    const files = own.filter((step) => step.action === action).map(({ file }) => file);
    return `${chalk.green(action)} ${files.join(', ')}`;
  });
  return `  ${fullName(stage).padEnd(16)} ${parts.join('; ')}`;
}

function describe(conflict: Conflict, from: Stage): string[] {
  const { stage, file, reason, clashes } = conflict;
  const head = `${chalk.red('conflict')} ${stage.dir}/${file}: ${reason}`;
  return [head, ...clashes.flatMap((clash) => [...side(stage, file, clash.ours), ...side(from, file, clash.theirs)])];
}

const SHOWN_LINES = 8;

function side(stage: Stage, file: string, { line, text }: Clash['ours']): string[] {
  const shown = text.slice(0, SHOWN_LINES).map((one) => chalk.dim(`      | ${one}`));
  const rest = text.length > SHOWN_LINES ? [chalk.dim(`      | … ${text.length - SHOWN_LINES} more lines`)] : [];
  return [`    ${stage.dir}/${file}:${line}  (${fullName(stage)})`, ...shown, ...rest];
}

function advice(from: Stage, { stage }: Conflict): string {
  const before = String(Number(stage.number) - 1).padStart(2, '0');
  const first = before === from.number ? '' : `npm run carry ${from.number} -- --until ${before}, then `;
  const byHand = `make the change in ${stage.dir} by hand, then npm run carry ${stage.number}`;
  return `Nothing was written. To go on: ${first}${byHand}`;
}

await runTool(import.meta.url, {
  help: HELP,
  run(argv) {
    const flags = { since: { type: 'string' }, until: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const;
    const { values, positionals } = parseToolArguments('carry', argv, flags);
    const { since, until, 'dry-run': dryRun } = values;
    const { ok, report } = carry(positionals[0], {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      ...(dryRun === undefined ? {} : { dryRun }),
      only: positionals.slice(1),
    });
    console.log(report.join('\n'));
    return ok ? 0 : 1;
  },
});

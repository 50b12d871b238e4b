import { builtStages, type Stage } from '#shared/manifest.ts';
import { diffStage } from '../diff/stages.ts';
import type { FileDiff } from '../diff/trees.ts';
import type { Check } from './check.ts';

/** The size of a stage's diff, in files and lines of its own folder, white space aside. */
export interface StageCost {
  readonly stage: Stage;
  readonly newFiles: number;
  readonly changedFiles: number;
  readonly added: number;
  /** Lines of the stage before that are changed or gone. */
  readonly touched: number;
  /** Files of shared/ that it is the first to need. */
  readonly newShared: number;
}

/** Counts a stage's diff against the one before. */
export function stageCost(stage: Stage, root: string): StageCost {
  const { files } = diffStage(stage, root);
  const own = files.filter(({ file }) => !file.startsWith('shared/'));
  const sum = (pick: (diff: FileDiff) => number) => own.reduce((total, diff) => total + pick(diff), 0);
  return {
    stage,
    newFiles: own.filter(({ kind }) => kind === 'new').length,
    changedFiles: own.filter(({ kind }) => kind === 'changed').length,
    added: sum(({ added }) => added),
    touched: sum(({ removed }) => removed),
    newShared: files.filter(({ file, kind }) => file.startsWith('shared/') && kind === 'new').length,
  };
}

/** No stage changes or removes more lines of the one before than the manifest grants it. */
export const budgetCheck: Check = {
  name: 'each stage leaves the one before as it is, within its budget',
  run(root) {
    const costs = builtStages(root).map((stage) => stageCost(stage, root));
    const over = costs.filter(({ stage, touched }) => touched > stage.budget.touched);
    return {
      notes: table(costs),
      problems: over.map(({ stage, touched }) => {
        return `${stage.dir} touches ${touched} old lines; its budget is ${stage.budget.touched}`;
      }),
    };
  },
};

const HEADS = ['new files', 'lines added', 'changed files', 'old lines touched', 'budget', 'new in shared'];

function table(costs: StageCost[]): string[] {
  const rows = costs.map(({ stage, newFiles, added, changedFiles, touched, newShared }) => {
    const cells = [newFiles, added, changedFiles, touched, stage.budget.touched, newShared];
    return row(`${stage.number}-${stage.name}`, cells.map(String));
  });
  return [row('', HEADS), ...rows];
}

function row(name: string, cells: string[]): string {
  return [name.padEnd(16), ...cells.map((cell, i) => cell.padStart(HEADS[i]!.length))].join('  ');
}

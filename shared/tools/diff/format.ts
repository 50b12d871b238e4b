import type { ChalkInstance } from 'chalk';
import type { FileDiff } from './trees.ts';

/** The list of files with what each gained and lost, and a line of totals. */
export function formatStat(files: FileDiff[], chalk: ChalkInstance): string {
  const width = Math.max(...files.map(({ file }) => file.length));
  const rows = files.map(({ file, kind, added, removed }) => {
    const gained = chalk.green(`+${added}`.padStart(6));
    const lost = removed > 0 ? chalk.red(`−${removed}`.padStart(5)) : '';
    return `  ${kind.padEnd(8)} ${file.padEnd(width)} ${gained} ${lost}`.trimEnd();
  });
  return [...rows, `  ${totals(files)}`].join('\n');
}

/** Every file's hunks, under its name. */
export function formatHunks(files: FileDiff[], chalk: ChalkInstance): string {
  const parts = files.map((diff) => [chalk.bold(`${diff.file} (${diff.kind})`), ...colored(diff, chalk)].join('\n'));
  return parts.join('\n\n');
}

function colored({ hunks }: FileDiff, chalk: ChalkInstance): string[] {
  return hunks.map((line) => {
    if (line.startsWith('+')) return chalk.green(line);
    if (line.startsWith('-')) return chalk.red(line);
    return line.startsWith('@@') ? chalk.cyan(line) : line;
  });
}

function totals(files: FileDiff[]): string {
  const of = (kind: FileDiff['kind']) => files.filter((diff) => diff.kind === kind).length;
  const sum = (pick: (diff: FileDiff) => number) => files.reduce((total, diff) => total + pick(diff), 0);
  const kinds = `${of('new')} new, ${of('changed')} changed, ${of('removed')} removed`;
  return `${kinds}; ${sum(({ added }) => added)} lines added, ${sum(({ removed }) => removed)} removed`;
}

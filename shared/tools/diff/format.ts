import type { ChalkInstance } from 'chalk';
import type { NotedDiff, Section } from './reading-order.ts';
import type { FileDiff } from './trees.ts';

/** The list of files with what each gained and lost, section by section, with the chapter's notes, and the totals. */
export function formatStat(sections: readonly Section[], chalk: ChalkInstance): string {
  const files = sections.flatMap((section) => section.files);
  const width = Math.max(...files.map(({ file }) => file.length));
  const row = ({ file, kind, added, removed, note }: NotedDiff) => {
    const gained = chalk.green(`+${added}`.padStart(6));
    const lost = chalk.red((removed > 0 ? `−${removed}` : '').padStart(5));
    const said = note === '' ? '' : `  ${chalk.dim(note)}`;
    return `  ${kind.padEnd(8)} ${file.padEnd(width)} ${gained} ${lost}${said}`.trimEnd();
  };
  const parts = sections.map(({ title, files }) => [...(title === '' ? [] : [chalk.bold(title)]), ...files.map(row)]);
  return [...parts.map((lines) => lines.join('\n')), `  ${totals(files)}`].join('\n');
}

/** Every file's hunks, under its name and the chapter's note. */
export function formatHunks(sections: readonly Section[], chalk: ChalkInstance): string {
  const parts = sections.flatMap(({ title, files }) => [
    ...(title === '' ? [] : [chalk.bold(`── ${title} ${'─'.repeat(60)}`)]),
    ...files.map((diff) => [...heading(diff, chalk), ...colored(diff, chalk)].join('\n')),
  ]);
  return parts.join('\n\n');
}

function heading({ file, kind, note }: NotedDiff, chalk: ChalkInstance): string[] {
  return [chalk.bold(`${file} (${kind})`), ...(note === '' ? [] : [chalk.dim(`  ${note}`)])];
}

function colored({ hunks }: FileDiff, chalk: ChalkInstance): string[] {
  return hunks.map((line) => {
    if (line.startsWith('+')) return chalk.green(line);
    if (line.startsWith('-')) return chalk.red(line);
    return line.startsWith('@@') ? chalk.cyan(line) : line;
  });
}

/** `3 new, 1 changed, 1 removed; 7 lines added, 3 removed`. */
export function totals(files: readonly FileDiff[]): string {
  const of = (kind: FileDiff['kind']) => files.filter((diff) => diff.kind === kind).length;
  const sum = (pick: (diff: FileDiff) => number) => files.reduce((total, diff) => total + pick(diff), 0);
  const kinds = `${of('new')} new, ${of('changed')} changed, ${of('removed')} removed`;
  return `${kinds}; ${sum(({ added }) => added)} lines added, ${sum(({ removed }) => removed)} removed`;
}

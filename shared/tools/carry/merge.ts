import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '../git.ts';

/** One place where both sides changed the same lines. Line numbers count from 1, in each side's own file. */
export interface Clash {
  readonly ours: { line: number; text: string[] };
  readonly theirs: { line: number; text: string[] };
}

export type Merge = { merged: Buffer } | { clashes: Clash[] } | { binary: true };

/** Three-way merge of one file by `git merge-file`, in a temporary folder. */
export function mergeFile(ours: Buffer, base: Buffer, theirs: Buffer): Merge {
  const folder = mkdtempSync(join(tmpdir(), 'carry-'));
  try {
    writeFileSync(join(folder, 'ours'), ours);
    writeFileSync(join(folder, 'base'), base);
    writeFileSync(join(folder, 'theirs'), theirs);
    const labels = ['-L', 'ours', '-L', 'base', '-L', 'theirs'];
    const args = ['merge-file', '-p', `--marker-size=${MARKER}`, ...labels, 'ours', 'base', 'theirs'];
    // The exit code is the number of clashes, at most 127; above that it is an error.
    const { code, output } = git(folder, args, [...Array(128).keys(), 255]);
    if (code === 255) return { binary: true };
    if (code === 0) return { merged: output };
    return { clashes: readClashes(toLines(output), toLines(ours), toLines(theirs)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Longer than any row of `<` or `=` that a source file holds. */
const MARKER = 40;
const OURS = `${'<'.repeat(MARKER)} ours`;
const MIDDLE = '='.repeat(MARKER);
const THEIRS = `${'>'.repeat(MARKER)} theirs`;

function toLines(content: Buffer): string[] {
  return content.toString().split('\n');
}

function readClashes(merged: string[], ours: string[], theirs: string[]): Clash[] {
  const clashes: Clash[] = [];
  let [oursFrom, theirsFrom] = [0, 0];
  for (let i = merged.indexOf(OURS); i !== -1; i = merged.indexOf(OURS, i + 1)) {
    const middle = merged.indexOf(MIDDLE, i);
    const end = merged.indexOf(THEIRS, middle);
    const after = merged.slice(end + 1, end + 4);
    const oursText = merged.slice(i + 1, middle);
    const theirsText = merged.slice(middle + 1, end);
    oursFrom = locate(ours, oursText, after, oursFrom);
    theirsFrom = locate(theirs, theirsText, after, theirsFrom);
    clashes.push({ ours: { line: oursFrom + 1, text: oursText }, theirs: { line: theirsFrom + 1, text: theirsText } });
    oursFrom += oursText.length;
    theirsFrom += theirsText.length;
  }
  return clashes;
}

/** Where a side's lines of a clash begin: they and the lines after them are looked for, first together, then alone. */
function locate(lines: string[], block: string[], after: string[], from: number): number {
  for (const wanted of [[...block, ...after], block]) {
    for (let at = from; at + wanted.length <= lines.length; at++) {
      if (wanted.every((line, k) => lines[at + k] === line)) return at;
    }
  }
  return from;
}

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import type { FileDiff } from './trees.ts';

/** A file or a folder (`commands/sort/`) that a chapter names, and what the chapter says of it. */
interface Named {
  readonly path: string;
  readonly note: string;
}

/** The files of a diff in the order of the chapter. */
export interface Section {
  readonly title: string;
  readonly files: readonly NotedDiff[];
}

export interface NotedDiff extends FileDiff {
  /** What the chapter says of the file; '' when it says nothing. */
  readonly note: string;
}

/**
 * Puts the files of a diff in the order in which the stage's chapter wants them read: its section "What changed" has a
 * numbered list after "Read:", and names what is left in a paragraph that begins with "Skim:". Files that it does not
 * name come last. Without such a section everything is one section without a title.
 * @param core only what is to be read
 */
export function inReadingOrder(files: readonly FileDiff[], stage: Stage, root: string, core = false): Section[] {
  const { read, skim } = chapterOrder(stage, root);
  const left = new Map(files.map((diff) => [diff.file, diff]));
  const take = (named: readonly Named[]) => named.flatMap(({ path, note }) => takeNamed(left, path, note));
  const byFile = (named: Named) => (named.path.endsWith('/') ? 1 : 0);
  const sections = [
    { title: 'Read', files: take(read) },
    // A file that is named comes before the folder that holds it.
    { title: 'Skim', files: take([...skim].sort((a, b) => byFile(a) - byFile(b))) },
    { title: read.length === 0 ? '' : 'Not named in the chapter', files: [...left.values()].map((diff) => ({ ...diff, note: '' })) },
  ];
  return (core && read.length > 0 ? sections.slice(0, 1) : sections).filter(({ files }) => files.length > 0);
}

function takeNamed(left: Map<string, FileDiff>, path: string, note: string): NotedDiff[] {
  const found = [...left.values()].filter(({ file }) => (path.endsWith('/') ? file.startsWith(path) : file === path));
  for (const { file } of found) left.delete(file);
  return found.map((diff, at) => ({ ...diff, note: at === 0 ? note : '' }));
}

/** What a chapter's section "What changed" names, in its order. */
export function chapterOrder(stage: Stage, root: string): { read: Named[]; skim: Named[] } {
  const chapter = join(root, 'docs', `${basename(stage.dir)}.md`);
  if (!existsSync(chapter)) return { read: [], skim: [] };
  const section = /^## What changed\n([^]*?)(?=^## |(?![^]))/m.exec(readFileSync(chapter, 'utf8'))?.[1] ?? '';
  const read = /^Read:\n((?:\d+\. .*\n)+)/m.exec(section)?.[1] ?? '';
  const skim = /^Skim: ([^]*?)(?:\n\n|(?![^]))/m.exec(section)?.[1] ?? '';
  return {
    read: read.split('\n').flatMap((line) => readNames(line, stage)),
    skim: names(skim.replaceAll('\n', ' '), stage).map(({ path, after }) => ({ path, note: /^\((.*?)\)/.exec(after)?.[1] ?? '' })),
  };
}

/** "1. `a.ts` and `b.ts`: note": the note belongs to the first of the files that share it. */
function readNames(line: string, stage: Stage): Named[] {
  const found = names(line, stage);
  const notes = found.map(({ after }) => after.replace(/^[:,;. ]+|(\band\b|[,;. ])*$/g, ''));
  return found.map(({ path }, at) => {
    if (at > 0 && notes[at - 1] === '') return { path, note: '' };
    return { path, note: notes.slice(at).find((note) => note !== '') ?? '' };
  });
}

/** The paths between backticks, as the diff has them, and the text after each, up to the next one. */
function names(text: string, stage: Stage): { path: string; after: string }[] {
  const found = [...text.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)];
  return found.map((match, at) => ({
    path: match[1]!.replace(`${stage.dir}/`, ''),
    after: text.slice(match.index + match[0].length, found[at + 1]?.index).trim(),
  }));
}

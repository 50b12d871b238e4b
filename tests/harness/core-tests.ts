import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import type { Hint, HintFile } from '../hints/hint.ts';

/** A step of a chapter, with the titles of its core tests in their order. */
export interface CoreStep {
  readonly number: number;
  readonly title: string;
  readonly tests: readonly string[];
}

/** Where the core tests of a suite stand, from the project's root. */
export function coreFile(number: string): string {
  return `tests/suites/${number}-core.test.ts`;
}

/** Whether the suite of this number has core tests of its own. */
export function hasCore(number: string, root = PROJECT_ROOT): boolean {
  return existsSync(join(root, coreFile(number)));
}

/** The steps of the core file of a suite, as read from its text. @throws Error when a line cannot be read so */
export function readCore(number: string, root = PROJECT_ROOT): CoreStep[] {
  const steps: (CoreStep & { tests: string[] })[] = [];
  for (const line of readFileSync(join(root, coreFile(number)), 'utf8').split('\n')) {
    const step = /^step\((\d+), '((?:[^'\\]|\\.)*)', \(\) => \{$/.exec(line);
    const test = /^ {2}test(?:\.since)?\((?:'[\d.]+', )?(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"), async/.exec(line);
    if (step) steps.push({ number: Number(step[1]), title: unescaped(step[2]!), tests: [] });
    else if (test && steps.length > 0) steps.at(-1)!.tests.push(test[2] ?? unescaped(test[1]!));
    else if (/(?<![.\w])(step|test|describe)(\.\w+)?\(/.test(line)) {
      throw new Error(`a core file holds steps, and in them tests with a title: ${line.trim()}`);
    }
  }
  return steps;
}

/** The headings `## Step n: title` of the chapter of this number, in their order. */
export function chapterSteps(number: string, root = PROJECT_ROOT): Pick<CoreStep, 'number' | 'title'>[] {
  const docs = join(root, 'docs');
  const file = readdirSync(docs).find((name) => name.startsWith(`${number}-`) && name.endsWith('.md'));
  const text = file === undefined ? '' : readFileSync(join(docs, file), 'utf8');
  return [...text.matchAll(/^## Step (\d+): (.+)$/gm)].map(([, step, title]) => ({ number: Number(step), title: title! }));
}

/** The hints of a suite; null when there are none. */
export async function readHints(number: string): Promise<HintFile | null> {
  const file = join(PROJECT_ROOT, 'tests/hints', `${number}.ts`);
  return existsSync(file) ? ((await import(pathToFileURL(file).href)) as HintFile) : null;
}

/** Where `file#name` of a hint is: `stages/02-strings/store/expiry.ts:12`, from the root; null when it is not there. */
export function placeOf(number: string, [, , ours]: Hint, root = PROJECT_ROOT): string | null {
  const [file, name] = ours.split('#');
  const path = file!.startsWith('shared/') ? file! : `${findStage(number, root)!.dir}/${file}`;
  if (!existsSync(join(root, path))) return null;
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const declares = new RegExp(`\\b(function|class|const|interface) ${name}\\b|^ *(\\{ )?name: '${name}'`);
  const at = lines.findIndex((line) => declares.test(line));
  return at === -1 ? null : `${path}:${at + 1}`;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

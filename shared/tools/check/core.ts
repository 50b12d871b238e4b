import { chapterSteps, hasCore, placeOf, readCore, readHints, type CoreStep } from '../../../tests/harness/core-tests.ts';
import { builtStages } from '../../manifest.ts';
import type { Check } from './check.ts';

const LEAST = 15;
const MOST = 40;

/**
 * Core tests lead through a chapter: 15 to 40 a suite, in steps that are the chapter's, each test with its hints. That
 * each fails on the stage before is shown by `--tests`, as of all tests.
 */
export const coreCheck: Check = {
  name: 'core tests: 15 to 40 a suite, in the steps of its chapter, with hints',
  async run(root) {
    const problems: string[] = [];
    const notes: string[] = [];
    for (const { number } of builtStages(root)) {
      if (!hasCore(number, root)) continue;
      const steps = readCore(number, root);
      const titles = steps.flatMap(({ tests }) => tests);
      notes.push(`suite ${number}: ${titles.length} core tests in ${steps.length} steps`);
      const found = [
        ...wrongNumbers(titles),
        ...wrongSteps(steps, chapterSteps(number, root)),
        ...(await wrongHints(number, titles, root)),
      ];
      problems.push(...found.map((problem) => `suite ${number}: ${problem}`));
    }
    return { problems, notes };
  },
};

function wrongNumbers(titles: readonly string[]): string[] {
  const twice = titles.filter((title, at) => titles.indexOf(title) !== at).map((title) => `two tests are "${title}"`);
  const fits = titles.length >= LEAST && titles.length <= MOST;
  return fits ? twice : [`${titles.length} core tests, and not ${LEAST} to ${MOST}`, ...twice];
}

/** The steps are those of the chapter, where it has steps; else they are numbered from 1. */
function wrongSteps(steps: readonly CoreStep[], headings: readonly Pick<CoreStep, 'number' | 'title'>[]): string[] {
  const wanted = headings.length > 0 ? headings : steps.map(({ title }, at) => ({ number: at + 1, title }));
  const shown = ({ number, title }: Pick<CoreStep, 'number' | 'title'>) => `step ${number}: ${title}`;
  const own = steps.map(shown);
  const theirs = wanted.map(shown);
  return [
    ...own.filter((step) => !theirs.includes(step)).map((step) => `the chapter has no "${step}"`),
    ...(own.join() === own.slice().sort((a, b) => theirs.indexOf(a) - theirs.indexOf(b)).join() ? [] : ['its steps are out of order']),
    ...steps.filter(({ tests }) => tests.length === 0).map((step) => `"${shown(step)}" has no tests`),
  ];
}

async function wrongHints(number: string, titles: readonly string[], root: string): Promise<string[]> {
  const file = await readHints(number);
  if (file === null) return ['there are no hints: tests/hints/'];
  const { hints } = file;
  return [
    ...titles.filter((title) => hints[title] === undefined).map((title) => `no hints for "${title}"`),
    ...Object.keys(hints).filter((title) => !titles.includes(title)).map((title) => `hints for no core test: "${title}"`),
    ...Object.entries(hints)
      .filter(([, hint]) => placeOf(number, hint, root) === null)
      .map(([title, hint]) => `hint for "${title}": ${hint[2]} is not there`),
  ];
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import chalk from 'chalk';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { hasCore, placeOf, readCore, readHints } from '../../tests/harness/core-tests.ts';
import type { Hint } from '../../tests/hints/hint.ts';
import { chooseByName, noSuchTest } from '../../tests/harness/test-names.ts';
import { parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

const LEVELS = 3;
/** How many hints were shown for each test, so that the next time shows one more. */
const SHOWN = process.env['HINTS_SHOWN'] ?? join(PROJECT_ROOT, 'node_modules/.cache/hints.json');

const HELP = `
npm run hint 02                          the core tests of suite 02, step by step
npm run hint 02 "expired key is gone"    a hint for the test whose title contains this text; one more each time
npm run hint 02 "expired key is gone" -- --level 3
                                         all three: a nudge; the function of real Redis to read; our file and line
`;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('hint', argv, { level: { type: 'string' } });
    const stage = requireStage(positionals[0]);
    if (!hasCore(stage.number)) throw new ToolError(`Suite ${stage.number} has no core tests yet, so there are no hints`);
    const text = positionals.slice(1).join(' ');
    if (text === '') return list(stage);
    const title = findTitle(stage, text);
    const hint = (await readHints(stage.number))!.hints[title]!;
    const level = values.level === undefined ? nextLevel(stage, title) : parseLevel(values.level);
    console.log(chalk.bold(title));
    for (const line of linesOf(stage, hint).slice(0, level)) console.log(`  ${line}`);
    if (level < LEVELS) console.log(chalk.dim('  Ask again for more.'));
    return 0;
  },
});

function list(stage: Stage): number {
  for (const { number, title, tests } of readCore(stage.number)) {
    console.log(chalk.bold(`step ${number}: ${title}`));
    for (const test of tests) console.log(`  ${test}`);
  }
  return 0;
}

/** @throws ToolError when no title contains the text, or several do and none is the text itself */
function findTitle({ number }: Stage, text: string): string {
  const titles = readCore(number).flatMap(({ tests }) => tests);
  const found = titles.filter((title) => chooseByName(text).pattern.test(title));
  if (titles.includes(text)) return text;
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new ToolError(`${noSuchTest(text, titles)}; npm run hint ${number} lists all of them`);
  throw new ToolError(`Which one?\n${found.map((title) => `  ${title}`).join('\n')}`);
}

function linesOf({ number }: Stage, hint: Hint): string[] {
  const [nudge, redis] = hint;
  return [nudge, `In Redis: ${redis}`, `Here: ${placeOf(number, hint)}`];
}

function parseLevel(text: string): number {
  const level = Number(text);
  if (!Number.isInteger(level) || level < 1 || level > LEVELS) throw new ToolError(`--level is 1, 2 or 3, not '${text}'`);
  return level;
}

function nextLevel({ number }: Stage, title: string): number {
  const shown = readShown();
  const key = `${number} ${title}`;
  const level = Math.min((shown[key] ?? 0) + 1, LEVELS);
  mkdirSync(dirname(SHOWN), { recursive: true });
  writeFileSync(SHOWN, `${JSON.stringify({ ...shown, [key]: level }, null, 2)}\n`);
  return level;
}

function readShown(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(SHOWN, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

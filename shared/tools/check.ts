import chalk from 'chalk';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { budgetCheck } from './check/budgets.ts';
import type { Check } from './check/check.ts';
import { coreCheck } from './check/core.ts';
import { directionsCheck } from './check/directions.ts';
import { failsBeforeCheck } from './check/fails-before.ts';
import { importsCheck } from './check/imports.ts';
import { ladderCheck, writeLadder } from './check/ladder.ts';
import { manifestCheck, topFoldersCheck } from './check/manifest.ts';
import { movesCheck } from './check/moves.ts';
import { typesCheck } from './check/types.ts';
import { parseToolArguments, refuseMoreWords, runTool } from './cli.ts';

/** What must be true of the project, in the order of telling. A new check is a line here. */
export const CHECKS: readonly Check[] = [
  manifestCheck,
  topFoldersCheck,
  importsCheck,
  directionsCheck,
  movesCheck,
  budgetCheck,
  ladderCheck,
  coreCheck,
  typesCheck,
];

const HELP = `
npm run check                   prove that the project is as it says it is
npm run check -- --write        renew the ladder in README.md from the manifest first
npm run check -- --tests        … and that every test of a suite fails on the stage before (takes minutes)

${CHECKS.map(({ name }) => `  - ${name}`).join('\n')}
`;

/** Runs every check, prints each result, and returns how many did not hold. */
async function runChecks(checks: readonly Check[], root: string): Promise<number> {
  let failed = 0;
  for (const check of checks) {
    const { problems, notes = [] } = await check.run(root, (line) => console.log(`    ${line}`));
    if (problems.length > 0) failed++;
    console.log(`${problems.length === 0 ? chalk.green('✓') : chalk.red('✗')} ${check.name}`);
    for (const note of notes) console.log(`    ${note}`);
    for (const problem of problems) console.log(`    ${chalk.red(problem)}`);
  }
  console.log(failed === 0 ? 'All checks hold.' : chalk.red(`${failed} of ${checks.length} checks failed.`));
  return failed;
}

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('check', argv, { write: { type: 'boolean' }, tests: { type: 'boolean' } });
    refuseMoreWords('check', positionals);
    if (values.write && writeLadder(PROJECT_ROOT)) console.log('README.md: the ladder is renewed.');
    const checks = values.tests ? [...CHECKS, failsBeforeCheck] : CHECKS;
    return (await runChecks(checks, PROJECT_ROOT)) === 0 ? 0 : 1;
  },
});

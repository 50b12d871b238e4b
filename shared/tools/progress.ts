import chalk from 'chalk';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { parseToolArguments, refuseMoreWords, requireStage, runTool } from './cli.ts';
import { readProgress } from './progress/record.ts';

const HELP = `
npm run progress     how many core tests each of your servers passed, stage by stage, in the last runs of npm test with
                     --cmd or --url
npm run progress 03  … at stage 03 alone

Only whole runs count, not those with -t. The figures are core tests.
`;

const NOBODY = `
None of your servers has been judged as a whole yet: npm test 01 -- --cmd "./my-server --port {port}"
Runs with -t do not count.
`.trim();

await runTool(import.meta.url, {
  help: HELP,
  run(argv) {
    const [query, ...rest] = parseToolArguments('progress', argv, {}).positionals;
    refuseMoreWords('progress', rest);
    const stages = query === undefined ? builtStages() : [requireStage(query)];
    const judged = Object.entries(readProgress(PROJECT_ROOT));
    const servers = judged.filter(([, suites]) => stages.some(({ number }) => number in suites));
    if (judged.length === 0) console.log(NOBODY);
    else if (servers.length === 0) console.log(`None of your servers has been judged by suite ${stages[0]!.number} yet.`);
    for (const [server, suites] of servers) {
      console.log(chalk.bold(server));
      for (const { number, name } of stages) {
        const suite = suites[number];
        if (suite === undefined) continue;
        const line = `  ${number} ${name.padEnd(13)} core ${suite.passed}/${suite.total}`;
        console.log(suite.passed === suite.total ? chalk.green(`${line} ✓`) : line);
      }
    }
    return 0;
  },
});

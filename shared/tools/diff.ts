import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import chalkOfTerminal, { Chalk } from 'chalk';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { callerPath, parseToolArguments, requireStage, runTool } from './cli.ts';
import { formatHunks, formatStat } from './diff/format.ts';
import { diffStage } from './diff/stages.ts';
import { diffTrees, type FileDiff } from './diff/trees.ts';
import { ToolError } from './tool-error.ts';
import { readTree } from './tree/files.ts';

const HELP = `
npm run diff 07                 what stage 07 took: its files against stage 06's
npm run diff 07 -- ./mine       how your folder differs from stage 07's
npm run diff 07 -- --stat       only the list of files
npm run diff 07 -- --color      coloured even into a pipe, as for: npm run -s diff 07 -- --color | less -R

White space is ignored. Files of shared/ that stage 07 is the first to need are shown as new.
`;

function compare([query, folder, ...rest]: string[]): { title: string; files: FileDiff[] } {
  if (rest.length > 0) throw new ToolError(`One folder at most is compared with a stage, not also '${rest[0]}'`);
  const stage = requireStage(query);
  if (folder === undefined) {
    const { before, files } = diffStage(stage, PROJECT_ROOT);
    return { title: `${before ? `${before.dir} → ` : ''}${stage.dir}: ${stage.idea}`, files };
  }
  const reference = readTree(join(PROJECT_ROOT, stage.dir));
  const mine = readTree(serverFolder(callerPath(folder)));
  return { title: `${stage.dir} → ${folder}`, files: diffTrees(reference, mine) };
}

/** A folder with a server's files; in a copy made by `npm run fork` they lie in server/. */
function serverFolder(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new ToolError(`There is no folder ${path}`);
  const inside = join(path, 'server');
  return existsSync(join(inside, 'main.ts')) && !existsSync(join(path, 'main.ts')) ? inside : path;
}

await runTool(import.meta.url, {
  help: HELP,
  run(argv) {
    const flags = { stat: { type: 'boolean' }, color: { type: 'boolean' } } as const;
    const { values, positionals } = parseToolArguments('diff', argv, flags);
    const chalk = values.color && chalkOfTerminal.level === 0 ? new Chalk({ level: 1 }) : chalkOfTerminal;
    const { title, files } = compare(positionals);
    console.log(`${title}\n`);
    console.log(files.length === 0 ? '  no difference' : formatStat(files, chalk));
    if (files.length > 0 && !values.stat) console.log(`\n${formatHunks(files, chalk)}`);
    return 0;
  },
});

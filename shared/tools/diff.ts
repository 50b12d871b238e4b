import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import chalkOfTerminal, { Chalk } from 'chalk';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { callerPath, parseToolArguments, requireStage, runTool } from './cli.ts';
import { formatHunks, formatStat } from './diff/format.ts';
import { htmlPage } from './diff/html.ts';
import { printPaged } from './diff/pager.ts';
import { inReadingOrder } from './diff/reading-order.ts';
import { diffStage } from './diff/stages.ts';
import { diffTrees, type FileDiff } from './diff/trees.ts';
import { ToolError } from './tool-error.ts';
import { readTree } from './tree/files.ts';

const HELP = `
npm run diff 07                     what stage 07 added and changed: its files against stage 06's
npm run diff 07 -- ./mine           how your folder differs from stage 07's
npm run diff 07 -- --core           only the files that the chapter wants read, without those to skim
npm run diff 07 -- --stat           only the list of files
npm run diff 07 -- --html 07.html   one page for a browser, with old and new side by side; it needs no network
npm run diff 07 -- --color          coloured even into a pipe

The files come in the order of the chapter, with its notes: first what to read, then what to skim. On a terminal the
diff is shown by the pager that PAGER names, or by less. White space is ignored. Files of shared/ that stage 07 is the first to need are shown as new.
`;

function compare([query, folder, ...rest]: string[]): { stage: Stage; title: string; files: FileDiff[] } {
  if (rest.length > 0) throw new ToolError(`One folder at most is compared with a stage, not also '${rest[0]}'`);
  const stage = requireStage(query);
  if (folder === undefined) {
    const { before, files } = diffStage(stage, PROJECT_ROOT);
    return { stage, title: `${before ? `${before.dir} → ` : ''}${stage.dir}: ${stage.idea}`, files };
  }
  const reference = readTree(join(PROJECT_ROOT, stage.dir));
  const mine = readTree(serverFolder(callerPath(folder)));
  return { stage, title: `${stage.dir} → ${folder}`, files: diffTrees(reference, mine) };
}

/** A folder with a server's files; in a copy made by `npm run fork` they lie in server/. */
function serverFolder(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new ToolError(`There is no folder ${path}`);
  const inside = join(path, 'server');
  return existsSync(join(inside, 'main.ts')) && !existsSync(join(path, 'main.ts')) ? inside : path;
}

const FLAGS = {
  stat: { type: 'boolean' },
  core: { type: 'boolean' },
  color: { type: 'boolean' },
  html: { type: 'string' },
} as const;

await runTool(import.meta.url, {
  help: HELP,
  run(argv) {
    const { values, positionals } = parseToolArguments('diff', argv, FLAGS);
    const { stage, title, files } = compare(positionals);
    const sections = inReadingOrder(files, stage, PROJECT_ROOT, values.core);
    if (values.html !== undefined) {
      writePage(callerPath(values.html), htmlPage(title, sections));
      return 0;
    }
    const chalk = values.color && chalkOfTerminal.level === 0 ? new Chalk({ level: 1 }) : chalkOfTerminal;
    const parts = [title, files.length === 0 ? '  no difference' : formatStat(sections, chalk)];
    if (files.length > 0 && !values.stat) parts.push(formatHunks(sections, chalk));
    printPaged(parts.join('\n\n'));
    return 0;
  },
});

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw new ToolError(`The page could not be written: ${(error as Error).message}`);
  }
  console.log(`${path}: ${Math.ceil(Buffer.byteLength(page) / 1024)} KB`);
}

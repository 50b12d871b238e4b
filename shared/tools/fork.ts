import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { builtStages, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { callerDirectory, callerPath, parseToolArguments, requireStage, runTool } from './cli.ts';
import { COURSE_JS, courseOf } from './fork/course.ts';
import { GITIGNORE, packageJson, readme, starterPackageJson, starterReadme, tsconfigJson } from './fork/files.ts';
import { STARTERS, type Starter } from './fork/starters.ts';
import { quoted } from './quote.ts';
import { ToolError } from './tool-error.ts';
import { readTree } from './tree/files.ts';
import { sharedFilesOf } from './tree/imports.ts';

/**
 * Makes a folder that holds a stage and everything that it needs, to go on from without this project.
 * @throws ToolError when something is in the folder already, or it cannot be written
 */
export function fork(stage: Stage, folder: string, root = PROJECT_ROOT): void {
  refuseUnlessEmpty(folder);
  const name = basename(folder);
  const texts = {
    'course.js': COURSE_JS,
    'package.json': packageJson(name, stage, root, courseOf(stage, commandOf(stage), folder, root)),
    'tsconfig.json': tsconfigJson(root),
    'README.md': readme(name, stage),
    '.gitignore': GITIGNORE,
  };
  try {
    for (const [file, path] of readTree(join(root, stage.dir))) copy(path, join(folder, 'server', file));
    for (const file of sharedFilesOf(stage, root)) copy(join(root, file), join(folder, file));
    if (existsSync(join(root, 'LICENSE'))) copy(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    for (const [file, text] of Object.entries(texts)) writeFileSync(join(folder, file), text);
  } catch (error) {
    throw new ToolError(`The copy could not be made: ${(error as Error).message}`);
  }
}

/** Node itself is started: `npx` and `tsx` in between would die of a signal that the server survives. */
function commandOf({ number }: Stage): string {
  return `node --import tsx server/main.ts --port {port}${number < '06' ? '' : ' --dir {dir}'} {flags}`;
}

/** Makes a folder with the first lines of a server in another language. @throws ToolError as `fork` */
export function startAnew(stage: Stage, folder: string, starter: Starter, root = PROJECT_ROOT): void {
  refuseUnlessEmpty(folder);
  const name = basename(folder);
  const texts = {
    [starter.file]: starter.text,
    'course.js': COURSE_JS,
    'package.json': starterPackageJson(name, courseOf(stage, starter.cmd, folder, root)),
    'README.md': starterReadme(name, stage, starter),
  };
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(texts)) writeFileSync(join(folder, file), text);
  } catch (error) {
    throw new ToolError(`The folder could not be made: ${(error as Error).message}`);
  }
}

function refuseUnlessEmpty(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isDirectory()) throw new ToolError(`${folder} is a file`);
  if (readdirSync(folder).length > 0) throw new ToolError(`${folder} is there already, and not empty`);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

const HELP = `
npm run fork 06 my-redis        copy stage 06, with what it needs, into the new folder my-redis
npm run fork 06 ../my-redis     … beside this project
npm run fork 01 my-redis -- --language python
                                only the first lines of a server in Python (or javascript): it listens, and sends no replies

The copy is a project of its own, and the place to write the next stage in.
`;

function nextSteps(stage: Stage, folder: string): string {
  const { number } = stage;
  const there = shownFolder(folder);
  const flags = number < '06' ? '{flags}' : '--dir {dir} {flags}';
  const next = builtStages().find((later) => later.number > number);
  return `Stage ${number}-${stage.name} is now in ${folder}. Go on with:

  cd ${there}
  npm install
  npm start -- --port 7001
  npm test

And back here:

  npm run diff ${number} -- ${there}${next === undefined ? '' : `\n  npm run diff ${next.number}`}
  npm test ${number} -- --cmd "node --import tsx ${there}/server/main.ts --port {port} ${flags}"`;
}

function shownFolder(folder: string): string {
  return quoted(shorter(relative(callerDirectory(), folder), folder));
}

function shorter(a: string, b: string): string {
  return a !== '' && a.length <= b.length ? a : b;
}

await runTool(import.meta.url, {
  help: HELP,
  run(argv) {
    const { values, positionals } = parseToolArguments('fork', argv, { language: { type: 'string' } });
    const [query, target, ...rest] = positionals;
    const stage = requireStage(query);
    if (target === undefined || rest.length > 0) throw new ToolError(`Name one folder: npm run fork ${query} my-redis`);
    const folder = callerPath(target);
    if (values.language !== undefined) {
      const starter = STARTERS[values.language.toLowerCase()];
      if (starter === undefined) throw new ToolError(`--language takes ${Object.keys(STARTERS).join(' or ')}, not '${values.language}'`);
      startAnew(stage, folder, starter);
      console.log(`The first lines are in ${join(folder, starter.file)}. Go on with:\n\n  cd ${shownFolder(folder)}\n  npm test`);
      return 0;
    }
    fork(stage, folder);
    console.log(nextSteps(stage, folder));
    return 0;
  },
});

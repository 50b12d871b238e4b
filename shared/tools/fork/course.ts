import { relative, sep } from 'node:path';
import type { Stage } from '#shared/manifest.ts';

/** What a fork's package.json says about where it came from. */
export interface Course {
  /** The folder of this project, seen from the fork. */
  readonly folder: string;
  readonly stage: string;
  /** How the judge starts the fork's server, from the fork's folder. */
  readonly cmd: string;
}

export function courseOf(stage: Stage, cmd: string, fork: string, root: string): Course {
  return { folder: relative(fork, root).split(sep).join('/'), stage: stage.number, cmd };
}

/** The scripts with which a fork runs the tools of this project on itself. */
export const COURSE_SCRIPTS = { test: 'node course.js test', hint: 'node course.js hint', diff: 'node course.js diff' };

/** `course.js` of a fork: plain JavaScript, so that a server in any language needs no package. */
export const COURSE_JS = `// Runs a tool of the course on this folder: npm test, npm run hint, npm run diff.
// The entry "course" in package.json holds the path of the course, the stage, and the command that starts the server.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { course } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const root = resolve(here, course.folder);
const [tool, ...args] = process.argv.slice(2);
const file = join(root, 'shared/tools', tool + '.ts');
if (!existsSync(file)) {
  console.error('The course is not in ' + root + ': write its folder into package.json, at "course"');
  process.exit(1);
}

// A stage may be named first; this folder's own is meant otherwise.
const named = args.length > 0 && !args[0].startsWith('-');
const stage = named ? args.shift() : course.stage;
const extra = { test: ['--cmd', course.cmd], diff: named ? [] : ['.'] }[tool] ?? [];
const tsx = pathToFileURL(createRequire(join(root, 'package.json')).resolve('tsx')).href;
const child = spawn(process.execPath, ['--import', tsx, file, stage, ...extra, ...args], { cwd: here, stdio: 'inherit' });
// The terminal sends Ctrl-C to the tool too: this process only waits for its end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
`;

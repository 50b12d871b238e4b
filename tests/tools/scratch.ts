import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { filesNeededBy } from '#shared/tools/tree/imports.ts';

/** A small project tree of a test's own; its path has a space in it, as a learner's may. */
export interface Scratch {
  readonly root: string;
  /** Writes files; a null deletes. Paths are from the root. */
  write(files: Record<string, string | null>): void;
  /** A file's text, or null when there is none. */
  read(path: string): string | null;
  commit(message?: string): void;
  git(...args: string[]): string;
}

/** Made in the temporary folder, with these files committed; gone when the test ends. */
export function scratchTree(files: Record<string, string>): Scratch {
  const root = join(mkdtempSync(join(tmpdir(), 'scratch-')), 'my project');
  mkdirSync(root);
  onTestFinished(() => rmSync(dirname(root), { recursive: true, force: true }));
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  };
  const scratch: Scratch = {
    root,
    git,
    write(changed) {
      for (const [path, text] of Object.entries(changed)) {
        const full = join(root, path);
        mkdirSync(dirname(full), { recursive: true });
        if (text === null) rmSync(full);
        else writeFileSync(full, text);
      }
    },
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null),
    commit(message = 'Change') {
      git('add', '-A');
      git('commit', '-qm', message);
    },
  };
  git('init', '-q');
  scratch.write(files);
  scratch.commit();
  return scratch;
}

/** Lines `1 … n`, with some of them replaced. */
export function numbered(n: number, replaced: Record<number, string> = {}): string {
  return Array.from({ length: n }, (_, i) => `${replaced[i + 1] ?? `line ${i + 1}`}\n`).join('');
}

/** Lines of a report as one text without colours. */
export function plain(lines: string[]): string {
  return stripVTControlCharacters(lines.join('\n'));
}

const TOOLS = ['stage', 'diff', 'carry', 'check', 'fork'];

/** A scratch tree that holds these tools too, so that they can be run in it as they are run here, and these files. */
export function scratchProject(files: Record<string, string>, tools = TOOLS, alsoCopied: string[] = []): Scratch {
  const scratch = scratchTree({ '.gitignore': 'node_modules\n', ...files });
  const paths = tools.map((name) => `shared/tools/${name}.ts`);
  const needed = filesNeededBy(paths.map((path) => join(PROJECT_ROOT, path)), PROJECT_ROOT);
  for (const path of [...paths, ...needed, ...alsoCopied, 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT_ROOT, path), join(scratch.root, path));
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(scratch.root, 'node_modules'), 'junction');
  return scratch;
}

/** The argv and environment that start one of a project's tools, as npm would unless `variables` say otherwise. */
export function toolProcess(root: string, tool: string, args: string[], variables: NodeJS.ProcessEnv = {}) {
  const ofRunners = /^(npm_|INIT_CWD$|FORCE_COLOR$|NODE_OPTIONS$|VITEST)/i;
  const own = Object.entries(process.env).filter(([name]) => !ofRunners.test(name));
  const file = join(root, `shared/tools/${tool}.ts`);
  const argv = [process.execPath, '--import', import.meta.resolve('tsx'), file, ...args];
  return { argv, env: { ...Object.fromEntries(own), NO_COLOR: '1', ...variables } };
}

/** Runs a tool to its end. */
export function runToolIn(root: string, tool: string, args: string[], variables: NodeJS.ProcessEnv = {}, cwd = root) {
  const { argv, env } = toolProcess(root, tool, args, variables);
  const { status, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), { cwd, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

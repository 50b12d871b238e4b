import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import { joinModules } from './joined.ts';

/** Stages as JavaScript, in a folder of their own. */
export interface Compiled {
  /** There `stages/03-collections/main.js` is all of a stage, in one file. */
  readonly root: string;
  /**
   * Compiles one file again, with this text in place of its own.
   * @param path from the project's root
   * @returns what undoes it
   * @throws Error with what the compiler says
   */
  replace(path: string, text: string): () => void;
  /** Removes the folder; when this process ends, that is done anyway. */
  remove(): void;
}

/** The folder that holds each compiled file by itself. */
const MODULES = 'modules';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Compiles stages to JavaScript in a temporary folder. From there a stage starts in a fifth of the CPU time that it takes
 * with tsx, which compiles at each start; the code that runs is the same.
 * @param folders those to compile, from the project's root: all stages, if not given
 * @param from the root in which they stand, if not the project's
 * @throws Error with what the compiler says
 */
export function compileStages(folders: readonly string[] = ['stages'], from = PROJECT_ROOT): Compiled {
  const root = mkdtempSync(join(tmpdir(), 'stages-js-'));
  const removeRoot = () => rmSync(root, { recursive: true, force: true });
  const events = ['exit', ...SIGNALS];
  for (const event of events) process.once(event, removeRoot);
  writeFileSync(join(root, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  const modules = join(root, MODULES);
  mkdirSync(modules);
  const include = [...folders, 'shared'].map((folder) => join(from, folder));
  const { status, output } = compile(modules, from, {}, { include, exclude: [join(from, 'shared/tools')] });
  if (status !== 0) throw new Error(`the stages were not compiled:\n${output}`);
  const stages = readdirSync(join(modules, 'stages'));
  const joinStages = () => {
    for (const stage of stages) {
      mkdirSync(join(root, 'stages', stage), { recursive: true });
      writeFileSync(join(root, 'stages', stage, 'main.js'), joinModules(modules, `stages/${stage}/main.js`));
    }
  };
  joinStages();
  return {
    root,
    replace(path, text) {
      const module = join(modules, path.replace(/\.ts$/, '.js'));
      const before = readFileSync(module);
      compileFile(modules, path, text);
      joinStages();
      return () => {
        writeFileSync(module, before);
        joinStages();
      };
    },
    remove() {
      for (const event of events) process.off(event, removeRoot);
      removeRoot();
    },
  };
}

/** Compiles a file with this text; the JavaScript replaces that of the file. @throws Error with what the compiler says */
function compileFile(modules: string, path: string, text: string): void {
  const made = join(modules, path.replace(/\.ts$/, '.js'));
  rmSync(made, { force: true });
  writeFileSync(join(modules, path), text);
  // The compiler reads this file alone, without the declarations of the language: it checks no types, and is quick.
  const { output } = compile(modules, modules, { noResolve: true, noLib: true }, { files: [join(modules, path)], include: [] });
  if (!existsSync(made)) throw new Error(`${path} was not compiled:\n${output}`);
}

function compile(root: string, rootDir: string, options: object, files: object): { status: number | null; output: string } {
  const config = join(root, 'tsconfig.json');
  const compilerOptions = {
    rootDir,
    outDir: root,
    noEmit: false,
    // Only such modules can be joined.
    module: 'commonjs',
    moduleResolution: 'bundler',
    verbatimModuleSyntax: false,
    types: [],
    removeComments: true,
    // `npm run check` checks the types.
    noCheck: true,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    ...options,
  };
  writeFileSync(config, JSON.stringify({ extends: join(PROJECT_ROOT, 'tsconfig.json'), compilerOptions, ...files }));
  const tsc = join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '--project', config], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtStages } from '#shared/manifest.ts';
import { readTree } from '../tree/files.ts';
import { importsOf, targetOf } from '../tree/imports.ts';
import type { Check } from './check.ts';

/** A stage imports its own files, shared/ and Node's modules; shared/ never reaches a stage. */
export const importsCheck: Check = {
  name: 'stages stand on shared/ alone, and shared/ on no stage',
  run(root) {
    const stages = builtStages(root).flatMap(({ dir }) => strays(root, dir, (target) => stageMay(target, dir)));
    return { problems: [...stages, ...strays(root, 'shared', sharedMay)] };
  },
};

function stageMay(target: string, dir: string): boolean {
  if (target.startsWith('shared/tools/')) return false;
  return target.startsWith('node:') || target.startsWith('shared/') || target.startsWith(`${dir}/`);
}

/** The tools run the tests, so they may reach them; what stages use may not. */
function sharedMay(target: string, file: string): boolean {
  const tool = file.startsWith('shared/tools/');
  if (target.startsWith('shared/tools/') || target.startsWith('tests/')) return tool;
  return !target.startsWith('stages/') && !target.startsWith('../');
}

/** Imports below a folder that are not allowed, or that lead nowhere. */
function strays(root: string, folder: string, allowed: (target: string, file: string) => boolean): string[] {
  const files = [...readTree(join(root, folder))].filter(([name]) => name.endsWith('.ts'));
  return files.flatMap(([name, path]) => {
    const file = `${folder}/${name}`;
    return importsOf(readFileSync(path, 'utf8')).flatMap((specifier) => {
      const target = targetOf(specifier, path, root);
      if (!allowed(target ?? specifier, file)) return [`${file} imports ${specifier}`];
      const missing = target !== undefined && !existsSync(join(root, target));
      return missing ? [`${file} imports ${specifier}, which is not there`] : [];
    });
  });
}

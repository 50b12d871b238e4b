import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../tool-error.ts';
import type { Step } from './plan.ts';

/**
 * Writes the steps of a plan. When one cannot be written, those before it are taken back.
 * @throws ToolError naming the file that could not be written
 */
export function applySteps(steps: Step[]): void {
  const done: Step[] = [];
  for (const step of steps) {
    done.push(step);
    try {
      put(step.path, step.after);
    } catch (error) {
      takeBack(done);
      throw new ToolError(`Nothing carried: ${step.path} could not be written (${(error as Error).message})`);
    }
  }
}

function takeBack(steps: Step[]): void {
  for (const { path, before } of steps) {
    try {
      put(path, before);
    } catch {
      // The file that could not be written has not changed either.
    }
  }
}

function put(path: string, content: Buffer | null): void {
  if (content !== null) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return;
  }
  rmSync(path, { force: true });
  for (let folder = dirname(path); readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder);
}

import { escapeBytes, showCommand } from '../harness/show.ts';
import type { Difference } from './engine.ts';

/** A difference as commands that can be pasted into redis-cli, and what each server answered to the last one. */
export function showDifference({ script, protocol, ours, theirs }: Difference): string {
  const lines = script.map((command) => showCommand(command, Infinity));
  return [
    `\n# a difference in RESP${protocol}; for redis-cli:`,
    'FLUSHALL',
    ...lines,
    `# ours:  ${clip(ours)}`,
    `# redis: ${clip(theirs)}`,
  ].join('\n');
}

function clip(bytes: string): string {
  return escapeBytes(bytes.length > 2000 ? `${bytes.slice(0, 2000)}…` : bytes);
}

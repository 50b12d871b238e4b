import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Files by their name in a tree (`network/client.ts`, always with `/`), each with its path. */
export type FileTree = Map<string, string>;

/** Every file below a folder, by name; hidden ones and node_modules are left out. An absent folder is empty. */
export function readTree(directory: string): FileTree {
  const files: FileTree = new Map();
  collect(directory, (path) => files.set(relative(directory, path).split(sep).join('/'), path));
  return files;
}

function collect(directory: string, found: (path: string) => void): void {
  for (const entry of entriesOf(directory)) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) collect(path, found);
    else if (entry.isFile()) found(path);
  }
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

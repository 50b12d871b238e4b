import { existsSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** An editor writes a file in several steps: changes within this time, in ms, count as one. */
const SETTLE_MS = 100;

/**
 * The files and folders that the words of a command name, as seen from a folder: `python3 server.py {port}` names
 * server.py.
 */
export function pathsIn(command: string, folder: string): string[] {
  const words = command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const paths = words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')).map((word) => resolve(folder, word));
  return [...new Set(paths.filter((path) => existsSync(path) && path !== resolve(folder, '.')))];
}

/** Resolves with the path that changed first: one of these files, or anything in one of these folders. */
export function changed(paths: readonly string[]): Promise<string> {
  const watchers: FSWatcher[] = [];
  return new Promise((resolvePromise) => {
    const done = (path: string) => {
      for (const watcher of watchers) watcher.close();
      setTimeout(() => resolvePromise(path), SETTLE_MS);
    };
    for (const path of paths) {
      const isFolder = statSync(path).isDirectory();
      // An editor may replace the file by another: its folder sees that, the file's own watcher does not.
      const place = isFolder ? path : dirname(path);
      const watcher = watch(place, { recursive: isFolder }, (_event, name) => {
        const isOwn = name !== null && !/(^|[\\/])(node_modules|\.git|__pycache__)([\\/]|$)/.test(name);
        if (isOwn && (isFolder || name === basename(path))) done(resolve(place, name));
      });
      watcher.on('error', () => {});
      watchers.push(watcher);
    }
  });
}

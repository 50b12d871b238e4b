import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Target } from '../harness/target.ts';

/** How a server's start on given files ended. */
export interface Attempt {
  /** `started`, or `ended with exit code 1`, `ended by SIGABRT`, … */
  readonly ending: string;
  /** What it printed; nothing when it started. */
  readonly output: string;
  /** Whether the folder holds what it held: the same files, the same bytes, the same times of last change. */
  readonly untouched: boolean;
}

/** Starts a server in a folder with these files (paths in it), and stops it again. */
export async function tryStart(
  target: Target,
  files: Record<string, Buffer>,
  flags: readonly string[] = [],
): Promise<Attempt> {
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), bytes);
    }
    const before = fingerprint(dir);
    const started = target.start([...flags, '--dir', dir], { dir });
    const failure = await started.then(
      () => null,
      (error: Error) => error.message,
    );
    const untouched = fingerprint(dir) === before;
    if (failure === null) {
      await (await started).process!.kill();
      return { ending: 'started', output: '', untouched };
    }
    const ending = /ended (with exit code \d+|by \w+)/.exec(failure)?.[0] ?? failure.split('\n')[0]!;
    return { ending, output: failure, untouched };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Names, bytes and times of all files. */
function fingerprint(dir: string): string {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  const facts = paths.map((path) => {
    const stat = statSync(join(dir, path), { bigint: true });
    return stat.isDirectory() ? path : [path, stat.mtimeNs, readFileSync(join(dir, path), 'hex')].join(' ');
  });
  return facts.join('\n');
}

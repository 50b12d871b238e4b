import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as AofLoads from '../../stages/07-aof/persistence/aof/load.ts';
import type * as OptionTables from '../../stages/07-aof/options.ts';
import type * as Servers from '../../stages/07-aof/server.ts';
import { contentsReader } from './contents.ts';
import type { Loader, Outcome } from './kind.ts';

/** Loads with a stage's own AofLoader, into a server that does not listen, from a folder of its own. */
export async function createLoader(stageDir: string): Promise<Loader> {
  const part = (path: string) => import(pathToFileURL(join(stageDir, path)).href) as Promise<unknown>;
  const { AofLoader } = (await part('persistence/aof/load.ts')) as typeof AofLoads;
  const { readOptions } = (await part('options.ts')) as typeof OptionTables;
  const { Server } = (await part('server.ts')) as typeof Servers;
  const contents = await contentsReader(stageDir);
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  process.chdir(dir);
  const { options, configFile } = readOptions(['--appendonly', 'yes', '--dir', dir]);
  const known = new Map<Record<string, Buffer>, string>();

  /** As `loadAppendOnlyFiles` does it, without the work that a server begins afterwards. */
  const load = (): string => {
    const server = new Server(options, configFile);
    const { folder } = server.aof;
    folder.readManifest();
    folder.noticeOldFile();
    server.keyspace.expires = false;
    const loader = new AofLoader(server);
    try {
      while (!loader.step(Infinity));
    } finally {
      loader.close();
    }
    return contents(server.keyspace);
  };

  return async (files, original) => {
    if (!known.has(original)) {
      write(original);
      known.clear();
      known.set(original, load());
    }
    write(files);
    let loaded: string;
    try {
      loaded = load();
    } catch (error) {
      return refusedWell(error as Error, files);
    }
    const damage = changedOtherThanCut(files);
    if (damage !== undefined) return { kind: 'bug', text: `${damage} was changed otherwise than by a cut` };
    return { kind: loaded === known.get(original) ? 'same' : 'other', text: 'loaded' };
  };
}

function write(files: Record<string, Buffer>): void {
  rmSync('appendonlydir', { recursive: true, force: true });
  rmSync('appendonly.aof', { force: true });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

/** A refusal is one line that names a file, and leaves every file as it is. Anything else that is thrown is a bug. */
function refusedWell(error: Error, files: Record<string, Buffer>): Outcome {
  const touched = Object.entries(files).find(([path, bytes]) => !existsSync(path) || !readFileSync(path).equals(bytes));
  if (touched) return { kind: 'bug', text: `refused, and ${touched[0]} was changed: ${error.message}` };
  const oneLine = /^Cannot [^\n]*AOF[^\n]*'[^\n]*'[^\n]*$/.test(error.message);
  if (!oneLine) return { kind: 'bug', text: error.stack ?? error.message };
  return { kind: 'refused', text: error.message };
}

function changedOtherThanCut(files: Record<string, Buffer>): string | undefined {
  return Object.entries(files).find(([path, bytes]) => {
    const now = readFileSync(path);
    return !now.equals(bytes.subarray(0, now.length));
  })?.[0];
}

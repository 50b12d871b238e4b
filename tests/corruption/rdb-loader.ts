import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Keyspaces from '../../stages/06-rdb/store/keyspace.ts';
import type * as RdbErrors from '../../stages/06-rdb/persistence/rdb/error.ts';
import type * as RdbInputs from '../../stages/06-rdb/persistence/rdb/input.ts';
import type * as RdbLoads from '../../stages/06-rdb/persistence/rdb/load.ts';
import { contentsReader } from './contents.ts';
import type { Loader, Outcome } from './kind.ts';

/** A window this small must be filled again and again; the usual one holds a whole sample. */
const SMALL_WINDOW = 64;

/** Loads with a stage's own RdbLoader into a keyspace of its own. */
export async function createLoader(stageDir: string): Promise<Loader> {
  const part = (path: string) => import(pathToFileURL(join(stageDir, path)).href) as Promise<unknown>;
  const { Keyspace } = (await part('store/keyspace.ts')) as typeof Keyspaces;
  const { RdbError } = (await part('persistence/rdb/error.ts')) as typeof RdbErrors;
  const { RdbInput } = (await part('persistence/rdb/input.ts')) as typeof RdbInputs;
  const { RdbLoader } = (await part('persistence/rdb/load.ts')) as typeof RdbLoads;
  const contents = await contentsReader(stageDir);
  const known = new Map<string, string>();
  let turn = 0;

  const load = (bytes: Buffer): Keyspaces.Keyspace => {
    const keyspace = new Keyspace(16);
    const window = turn++ % 2 === 0 ? Buffer.allocUnsafeSlow(SMALL_WINDOW) : undefined;
    let at = 0;
    const source = {
      size: bytes.length,
      read(into: Buffer): number {
        const read = bytes.copy(into, 0, at);
        at += read;
        return read;
      },
    };
    const loader = new RdbLoader(new RdbInput(source, true, window), { keyspace, now: Date.now() });
    while (!loader.step(performance.now() + 10));
    return keyspace;
  };

  /** Sorted sets are refused by the stages that do not have them, whole files too. */
  const intact = (bytes: Buffer): string => {
    try {
      return contents(load(bytes));
    } catch (error) {
      if (error instanceof RdbError) return error.message;
      throw error;
    }
  };

  return async (files, original) => {
    const [path, bytes] = Object.entries(files)[0]!;
    const whole = original[path]!.toString('latin1');
    if (!known.has(whole)) known.set(whole, intact(original[path]!));
    let keyspace: Keyspaces.Keyspace;
    try {
      keyspace = load(bytes);
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      return refusedWell(error, bytes.length);
    }
    return { kind: contents(keyspace) === known.get(whole) ? 'same' : 'other', text: 'loaded' };
  };
}

function refusedWell(error: RdbErrors.RdbError, size: number): Outcome {
  const inside = error.offset >= 0 && error.offset <= size;
  const oneLine = error.reason !== '' && !error.message.includes('\n');
  return { kind: inside && oneLine ? 'refused' : 'bug', text: error.message };
}

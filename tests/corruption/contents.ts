import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as RdbOutputs from '../../stages/06-rdb/persistence/rdb/output.ts';
import type * as RdbWrites from '../../stages/06-rdb/persistence/rdb/write-value.ts';
import type { Value } from '../../stages/06-rdb/store/value.ts';

const VERSION = 11;

/** A keyspace of any stage. */
interface AnyKeyspace {
  readonly databases: readonly { readonly index: number; contents(): { dict: AnyDict; expiry: AnyExpiry } }[];
}

interface AnyDict {
  scan(cursor: number, count: number, visit: (key: string, value: Value) => void): number;
}

interface AnyExpiry {
  get(key: string): unknown;
}

/**
 * How to read a whole keyspace of this stage as one string: every key as RDB would write it. What was loaded from
 * damaged bytes must be whole enough for that.
 */
export async function contentsReader(stageDir: string): Promise<(keyspace: AnyKeyspace) => string> {
  const part = (path: string) => import(pathToFileURL(join(stageDir, path)).href) as Promise<unknown>;
  const { RdbOutput } = (await part('persistence/rdb/output.ts')) as typeof RdbOutputs;
  const { valueType, writeValue } = (await part('persistence/rdb/write-value.ts')) as typeof RdbWrites;
  return (keyspace) => {
    const keys: string[] = [];
    for (const db of keyspace.databases) {
      const { dict, expiry } = db.contents();
      let cursor = 0;
      do {
        cursor = dict.scan(cursor, 100, (key, value) => {
          const out = new RdbOutput(false);
          out.byte(valueType(value, VERSION));
          writeValue(out, value, VERSION);
          keys.push(`${db.index} ${key} ${expiry.get(key)} ${out.take().toString('latin1')}`);
        });
      } while (cursor !== 0);
    }
    return keys.sort().join('\n');
  };
}

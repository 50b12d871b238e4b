import { frequency, idleSeconds } from '../../store/key-use.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import type { RdbOutput } from './output.ts';
import { RDB_OPCODE } from './types.ts';

/** Writes how the next key was used, as in `key-use.ts`. */
export type UseWriter = (out: RdbOutput, use: number) => void;

/** What a file says of the use of keys, so that eviction goes on as before (Redis: `rdbSaveKeyValuePair`). */
export function useWriter(keyspace: Keyspace, policy: string): UseWriter | undefined {
  const { lfu } = keyspace;
  if (lfu !== undefined) {
    return (out, use) => {
      out.byte(RDB_OPCODE.FREQ);
      out.byte(frequency(keyspace, lfu, use));
    };
  }
  if (!policy.endsWith('-lru')) return undefined;
  return (out, use) => {
    out.byte(RDB_OPCODE.IDLE);
    out.length(idleSeconds(keyspace, use));
  };
}

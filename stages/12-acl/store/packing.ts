import { stringBytes } from './value.ts';

/** The options that say how large a packed value may be. One that has outgrown them is kept in another way. */
export interface PackingLimits {
  'hash-max-listpack-entries': number;
  'hash-max-listpack-value': number;
  'list-max-listpack-size': number;
  'set-max-intset-entries': number;
  'set-max-listpack-entries': number;
  'set-max-listpack-value': number;
  'stream-node-max-bytes': number;
  'stream-node-max-entries': number;
  'zset-max-listpack-entries': number;
  'zset-max-listpack-value': number;
}

/** Those of this process. */
export const limits: PackingLimits = {
  'hash-max-listpack-entries': 512,
  'hash-max-listpack-value': 64,
  'list-max-listpack-size': -2,
  'set-max-intset-entries': 512,
  'set-max-listpack-entries': 128,
  'set-max-listpack-value': 64,
  'stream-node-max-bytes': 4096,
  'stream-node-max-entries': 100,
  'zset-max-listpack-entries': 128,
  'zset-max-listpack-value': 64,
};

/** Takes over what the options say. Values that are there stay as they are. */
export function setLimits(options: PackingLimits): void {
  for (const name of Object.keys(limits) as (keyof PackingLimits)[]) limits[name] = options[name];
}

/** What the object of a packed value takes besides its string. */
const OBJECT_BYTES = 56;

/** About what a packed value takes in memory. */
export function packedBytes(packed: string): number {
  return OBJECT_BYTES + stringBytes(packed.length);
}

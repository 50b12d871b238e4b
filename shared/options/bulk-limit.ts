import { MAX_BULK_BYTES } from '../resp/parser.ts';
import { memory } from './types.ts';

const MB = 1024 ** 2;

/** The row of `proto-max-bulk-len`. */
export const bulkLimit = memory({ default: 512 * MB, min: MB, max: 512 * MB, help: 'bytes of an argument, and of a string' });

/** How long an argument or a string may be, in bytes; V8 holds no string of the full 512 MB. */
export function maxBulkBytes(options: { readonly 'proto-max-bulk-len': number }): number {
  return Math.min(options['proto-max-bulk-len'], MAX_BULK_BYTES);
}

import type { Command } from './command.ts';
import { findKeys, namesKeys, type FoundKey } from './key-specs.ts';

/**
 * The keys of a request with what is done to each (Redis: `getKeysFromCommandWithSpecs`). All code that needs
 * keys calls this: COMMAND GETKEYS, and ACL. If the arguments are wrong, there are none.
 */
export function keysOf({ row }: Command, args: readonly string[]): FoundKey[] {
  return row.keysOf === undefined ? findKeys(row.keys ?? [], args) : row.keysOf(args);
}

/** Whether a request of this command may name keys (Redis: `doesCommandHaveKeys`). */
export function mayHaveKeys({ row }: Command): boolean {
  return row.keysOf !== undefined || row.keys?.some(namesKeys) === true;
}

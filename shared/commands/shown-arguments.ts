import type { Command } from './command.ts';

/** A request as logs and monitors may show it: without passwords. */
export function shownArguments({ row }: Command, args: readonly string[]): readonly string[] {
  return row.redact?.(args) ?? args;
}

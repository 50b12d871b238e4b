import type { Command } from './arguments.ts';

/** A difference that is allowed, and why. */
interface Exception {
  readonly reason: string;
  matches(command: Command, ours: string, theirs: string): boolean;
}

/** Where our servers and Redis 7.0 may differ. Each use is counted and printed. */
const EXCEPTIONS: readonly Exception[] = [];

/** The reason why this difference is allowed, or null when it is not. */
export function exceptionFor(command: Command, ours: string, theirs: string): string | null {
  return EXCEPTIONS.find((exception) => exception.matches(command, ours, theirs))?.reason ?? null;
}

import type { Command } from './arguments.ts';

/** A difference that is allowed, and why. */
interface Exception {
  readonly reason: string;
  matches(command: Command, ours: string, theirs: string): boolean;
}

/** Where our servers and Redis 7.0 may differ. Each use is counted and printed. */
const EXCEPTIONS: readonly Exception[] = [
  {
    reason: 'OBJECT ENCODING of an integer that INCRBYFLOAT left: Redis keeps its text until the next load (embstr); ours says int',
    matches: (command, ours, theirs) => isObject(command, 'ENCODING') && ours === '$3\r\nint\r\n' && theirs === '$6\r\nembstr\r\n',
  },
  {
    reason: 'OBJECT REFCOUNT of a small integer: Redis shares the object unless COPY or INCRBYFLOAT made it; ours always says shared',
    matches: (command, ours, theirs) => isObject(command, 'REFCOUNT') && ours === ':2147483647\r\n' && theirs === ':1\r\n',
  },
];

function isObject([name, subcommand]: Command, wanted: string): boolean {
  return name!.toUpperCase() === 'OBJECT' && subcommand?.toUpperCase() === wanted;
}

/** The reason why this difference is allowed, or null when it is not. */
export function exceptionFor(command: Command, ours: string, theirs: string): string | null {
  return EXCEPTIONS.find((exception) => exception.matches(command, ours, theirs))?.reason ?? null;
}

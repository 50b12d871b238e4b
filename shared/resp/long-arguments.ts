import { release } from './receive-buffers.ts';

/** The bytes of those arguments that were received as bytes, by index. */
const BYTES = Symbol('bytes of long arguments');
const KEPT = Symbol('kept');

type WithBytes = readonly string[] & { [BYTES]?: (Buffer | undefined)[]; [KEPT]?: true };

/**
 * Makes an argument one that was received as bytes. It becomes a string when it is read as one, so a command need not
 * know: `args[index]` is a string for all that ask. Commands that only keep or pass on what they are given ask
 * `bytesOf` first, and save the copy.
 */
export function setBytes(args: string[], index: number, bytes: Buffer): void {
  const all = ((args as WithBytes)[BYTES] ??= []);
  all[index] = bytes;
  Object.defineProperty(args, index, { configurable: true, enumerable: true, get: () => decode(args, index) });
}

/** The bytes of an argument that was received as bytes; undefined for all others. Who keeps them calls `retain`. */
export function bytesOf(args: readonly string[], index: number): Buffer | undefined {
  return (args as WithBytes)[BYTES]?.[index];
}

/** Whether some of the arguments were received as bytes. */
export function hasBytes(args: readonly string[]): boolean {
  return (args as WithBytes)[BYTES] !== undefined;
}

/** How long an argument is. */
export function lengthOf(args: readonly string[], index: number): number {
  return (bytesOf(args, index) ?? args[index]!).length;
}

/** `to[at]` becomes the same argument as `from[index]`, for as long as `from` is not released. */
export function copyArgument(from: readonly string[], index: number, to: string[], at: number): void {
  const bytes = bytesOf(from, index);
  if (bytes === undefined) to[at] = from[index]!;
  else setBytes(to, at, bytes);
}

/** The request is executed: nobody reads its arguments any more, and their buffers may serve again. */
export function releaseArguments(args: readonly string[]): void {
  const all = (args as WithBytes)[BYTES];
  if (all === undefined || (args as WithBytes)[KEPT]) return;
  for (const bytes of all) if (bytes !== undefined) release(bytes);
  all.length = 0;
}

/** The arguments will be read later: `releaseArguments` leaves them alone. */
export function keepArguments(args: readonly string[]): void {
  if (hasBytes(args)) (args as WithBytes)[KEPT] = true;
}

function decode(args: string[], index: number): string {
  const value = (args as WithBytes)[BYTES]![index]!.toString('latin1');
  Object.defineProperty(args, index, { configurable: true, enumerable: true, writable: true, value });
  return value;
}

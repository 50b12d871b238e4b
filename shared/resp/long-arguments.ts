import { release } from './receive-buffers.ts';

/** From this length on a string is received, and kept, as bytes. */
export const LONG_BYTES = 64 * 1024;

/** The bytes of those arguments that were received as bytes, by index. */
const BYTES = Symbol('bytes of long arguments');
const KEPT = Symbol('kept');

type WithBytes = readonly string[] & { [BYTES]?: (Buffer | undefined)[]; [KEPT]?: true };

/**
 * Makes an argument one that was received as bytes. `args[index]` becomes a string when it is read, so a command need
 * not care. A command that only keeps the argument, or passes it on, calls `bytesOf` first and saves the copy.
 */
export function setBytes(args: string[], index: number, bytes: Buffer): void {
  const all = ((args as WithBytes)[BYTES] ??= []);
  all[index] = bytes;
  Object.defineProperty(args, index, { configurable: true, enumerable: true, get: () => decode(args, index) });
}

/** The bytes of an argument that was received as bytes; undefined for all others. To keep them, call `retain`. */
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

/** Ends the use of a request's arguments: their buffers may serve again, and reading one of them is an error. */
export function releaseArguments(args: readonly string[]): void {
  const all = (args as WithBytes)[BYTES];
  if (all === undefined || (args as WithBytes)[KEPT]) return;
  for (const bytes of all) if (bytes !== undefined) release(bytes);
  all.length = 0;
}

/** Makes `releaseArguments` leave these arguments alone, since they will be read later: those of a queued request. */
export function keepArguments(args: readonly string[]): void {
  if (hasBytes(args)) (args as WithBytes)[KEPT] = true;
}

/** Releases arguments that were kept, once the command that runs is done and propagated. */
export function releaseKept(args: readonly string[]): void {
  if (!hasBytes(args)) return;
  queueMicrotask(() => {
    delete (args as WithBytes)[KEPT];
    releaseArguments(args);
  });
}

function decode(args: string[], index: number): string {
  const value = (args as WithBytes)[BYTES]![index]!.toString('latin1');
  Object.defineProperty(args, index, { configurable: true, enumerable: true, writable: true, value });
  return value;
}

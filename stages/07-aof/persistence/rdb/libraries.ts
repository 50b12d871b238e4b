import { log } from '#shared/log.ts';
import type { Server } from '../../server.ts';

/** The libraries of functions that a loaded RDB file has; scripts come with the last stage. */
export function loadLibraries(_server: Server, codes: readonly string[]): void {
  if (codes.length > 0) log.notice('Skipping the libraries of functions in the RDB file: there are no functions here');
}

import { log } from '#shared/log.ts';
import type { Server } from '../../server.ts';

/** The libraries of functions that a loaded RDB file has: from stage 12 on they can be run. */
export function loadLibraries(server: Server, codes: readonly string[]): void {
  for (const code of codes) loadLibrary(server, code);
}

function loadLibrary(_server: Server, code: string): void {
  log.notice(`Skipping a library of functions in the RDB file, ${code.split('\n', 1)[0]}: there are no functions here`);
}

import { log } from '#shared/log.ts';
import type { Server } from '../../server.ts';

/** The libraries of functions that a loaded RDB file has: from stage 12 on they can be run. */
export function loadLibraries(server: Server, codes: readonly string[]): void {
  for (const code of codes) loadLibrary(server, code);
}

/** A library of the same name is replaced. @throws ReplyError */
function loadLibrary(server: Server, code: string): void {
  const { name } = server.functions.load(code, { replace: true });
  log.verbose(`Loaded the library of functions '${name}'`);
}

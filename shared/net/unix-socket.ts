import { chmodSync, rmSync, statSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { fsPath, systemReason } from '../options/paths.ts';
import { listen, type ConnectionEvents, type ListenOptions } from './listen.ts';

/**
 * Listens on a Unix socket, in place of one that an earlier process may have left there; closing the listener removes it.
 * @param path a binary string @param mode of the file; 0: as the process's umask has it
 * @throws Error with one line for the operator
 */
export async function listenOnUnixSocket(
  path: string,
  mode: number,
  options: Omit<ListenOptions, 'at'>,
  accept: (socket: Socket) => ConnectionEvents,
): Promise<Server> {
  try {
    statSync(dirname(resolve(fsPath(path)))); // libuv says EACCES where a folder is missing
    rmSync(fsPath(path), { force: true });
    const listener = await listen({ ...options, at: { path: fsPath(path) } }, accept);
    if (mode !== 0) chmodSync(fsPath(path), mode);
    return listener;
  } catch (error) {
    throw new Error(`Could not listen on the Unix socket ${fsPath(path)}: ${systemReason(error)}`);
  }
}

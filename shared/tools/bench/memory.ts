import type { ServerProcess } from '../../../tests/harness/process.ts';
import { ToolError } from '../tool-error.ts';
import { ask, encodeRequest, open } from './connection.ts';
import { residentBytes } from './process-usage.ts';
import { VALUE } from './tests.ts';

/** Resident memory of one server in bytes, before and after the keys came. */
export interface MemoryUse {
  before: number;
  after: number;
}

const BATCH = 1000;
const OK_BYTES = '+OK\r\n'.length;

/**
 * Loads `keys` different keys with sixteen-byte values into a server that was just started.
 * @returns null where there is no /proc
 */
export async function measureMemory(server: ServerProcess, keys: number): Promise<MemoryUse | null> {
  const before = residentBytes(server.pid);
  await fill(server.port, keys);
  const after = residentBytes(server.pid);
  return before === null || after === null ? null : { before, after };
}

/** One of the keys that `fill` sets. */
export function keyAt(index: number): string {
  return `key:${String(index).padStart(12, '0')}`;
}

/** Sets so many different keys of 16 bytes to values of 16 bytes. @throws ToolError unless the server then has them */
export async function fill(port: number, keys: number): Promise<void> {
  const socket = await open(port);
  for (let first = 0; first < keys; first += BATCH) {
    let batch = '';
    const end = Math.min(keys, first + BATCH);
    for (let i = first; i < end; i++) batch += encodeRequest(['SET', keyAt(i), VALUE]);
    let missing = (end - first) * OK_BYTES;
    const replied = new Promise<void>((resolve, reject) => {
      socket.removeAllListeners();
      socket.on('data', (chunk: Buffer) => {
        if (chunk.includes('-')) reject(new ToolError(`SET failed: ${chunk.toString('latin1').trim()}`));
        missing -= chunk.length;
        if (missing === 0) resolve();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new ToolError(`the server on port ${port} closed the connection`)));
    });
    socket.write(batch, 'latin1');
    await replied;
  }
  socket.removeAllListeners();
  socket.destroy();
  await requireKeys(port, keys);
}

/** @throws ToolError unless database 0 holds so many keys */
export async function requireKeys(port: number, keys: number): Promise<void> {
  const stored = await ask(port, 'DBSIZE');
  if (stored !== keys) throw new ToolError(`the server on port ${port} holds ${String(stored)} keys, not ${keys}`);
}

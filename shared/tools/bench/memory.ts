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
  await load(server.port, keys);
  const after = residentBytes(server.pid);
  const stored = await ask(server.port, 'DBSIZE');
  if (stored !== keys) throw new ToolError(`after ${keys} SETs the server on port ${server.port} holds ${stored} keys`);
  return before === null || after === null ? null : { before, after };
}

async function load(port: number, keys: number): Promise<void> {
  const socket = await open(port);
  for (let first = 0; first < keys; first += BATCH) {
    let batch = '';
    const end = Math.min(keys, first + BATCH);
    for (let i = first; i < end; i++) batch += encodeRequest(['SET', `key:${String(i).padStart(12, '0')}`, VALUE]);
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
}

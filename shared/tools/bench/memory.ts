import type { ServerProcess } from '../../../tests/harness/process.ts';
import { ReplyDecoder } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';
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
  await send(port, 0, keys, (index) => ['SET', keyAt(index), VALUE]);
  await requireKeys(port, keys);
}

/** Sends the requests for the indexes from `first` to before `end`, in batches. @throws ToolError for an error reply */
export async function send(
  port: number,
  first: number,
  end: number,
  request: (index: number) => string[],
): Promise<void> {
  const socket = await open(port);
  const decoder = new ReplyDecoder();
  for (let at = first; at < end; at += BATCH) {
    const next = Math.min(end, at + BATCH);
    let batch = '';
    for (let i = at; i < next; i++) batch += encodeRequest(request(i));
    let missing = next - at;
    const replied = new Promise<void>((resolve, reject) => {
      socket.removeAllListeners();
      socket.on('data', (chunk: Buffer) => {
        decoder.feed(chunk);
        for (let reply = decoder.next(); reply !== undefined; reply = decoder.next()) {
          if (reply instanceof ReplyError) reject(new ToolError(`${request(at)[0]} failed: ${reply.message}`));
          missing--;
        }
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

/** @throws ToolError unless database 0 holds so many keys */
export async function requireKeys(port: number, keys: number): Promise<void> {
  const stored = await ask(port, 'DBSIZE');
  if (stored !== keys) throw new ToolError(`the server on port ${port} holds ${String(stored)} keys, not ${keys}`);
}

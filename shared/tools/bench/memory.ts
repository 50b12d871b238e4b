import type { ServerProcess } from '../../../tests/harness/process.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { ToolError } from '../tool-error.ts';
import { ask, openPipeline } from './connection.ts';
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

/** Sets `keys` different keys of 16 bytes to values of 16 bytes. @throws ToolError unless the server then has them */
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
  const pipeline = await openPipeline(port);
  for (let at = first; at < end; at += BATCH) {
    const indexes = Array.from({ length: Math.min(BATCH, end - at) }, (_, i) => at + i);
    for (const reply of await pipeline.send(indexes.map(request))) {
      if (reply instanceof ReplyError) throw new ToolError(`${request(at)[0]} failed: ${reply.message}`);
    }
  }
  pipeline.close();
}

/** @throws ToolError unless database 0 holds this number of keys */
export async function requireKeys(port: number, keys: number): Promise<void> {
  const stored = await ask(port, 'DBSIZE');
  if (stored !== keys) throw new ToolError(`the server on port ${port} holds ${String(stored)} keys, not ${keys}`);
}

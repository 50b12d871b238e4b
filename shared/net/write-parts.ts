import type { Socket } from 'node:net';
import type { Bulk } from '#shared/resp/reply.ts';
import { release } from '#shared/resp/receive-buffers.ts';

/** So much is copied into one buffer: that takes less time than to hand over several pieces. */
const GATHERED_BYTES = 64 * 1024;
/** Strings up to this length are replies; longer ones are values, and the store has them anyway. */
const MAX_COPIED = 64 * 1024;

let scratch = Buffer.allocUnsafeSlow(GATHERED_BYTES);

/** Writes pieces one after the other. Those that are bytes are released once they are sent. */
export function writeParts(socket: Socket, parts: readonly Bulk[]): void {
  let length = 0;
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length;
  if (length <= GATHERED_BYTES && socket.writableLength === 0) return writeGathered(socket, parts);
  socket.cork();
  for (const part of parts) writePart(socket, part);
  socket.uncork();
}

/** Writes one piece. What must wait for a slow reader waits outside V8's heap. */
export function writePart(socket: Socket, part: Bulk): void {
  if (typeof part !== 'string') return void socket.write(part, () => release(part));
  const waits = socket.writableLength > 0 && part.length <= MAX_COPIED;
  socket.write(waits ? Buffer.from(part, 'latin1') : part, 'latin1');
}

function writeGathered(socket: Socket, parts: readonly Bulk[]): void {
  let filled = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (typeof part === 'string') filled += scratch.write(part, filled, 'latin1');
    else {
      filled += part.copy(scratch, filled);
      release(part);
    }
  }
  socket.write(scratch.subarray(0, filled));
  // The system has not taken all of it: the rest is still to be read from there.
  if (socket.writableLength > 0) scratch = Buffer.allocUnsafeSlow(GATHERED_BYTES);
}

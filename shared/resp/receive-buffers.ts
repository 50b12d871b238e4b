/** Sizes of buffers: 64 KB, 128 KB and so on, up to 2 MB, each with room for the CRLF after the bytes. */
const SMALLEST_BYTES = 64 * 1024;
const SIZES = 6;
const CRLF_BYTES = 2;
/** What is kept for later altogether: as much as fifty clients need that send a megabyte each. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;
/** Nothing is kept for longer after the last one was taken. */
const IDLE_MS = 1_000;

const idle: Buffer[][] = Array.from({ length: SIZES }, () => []);
let idleBytes = 0;
let taken = false;
let timer: NodeJS.Timeout | undefined;

/**
 * A buffer of at least `bytes` bytes, in which a long argument is received. One that was given back serves again: a new
 * one for each argument keeps the garbage collector busy, since memory outside V8's heap makes it run too.
 */
export function takeReceiveBuffer(bytes: number): Buffer {
  const size = sizeFor(bytes);
  const buffer = idle[size]?.pop();
  taken = true;
  if (buffer === undefined) return Buffer.allocUnsafeSlow(size < SIZES ? bytesOf(size) : bytes);
  idleBytes -= buffer.length;
  return buffer;
}

/** Gives a buffer back, whose bytes nobody reads any more. */
export function giveReceiveBuffer(buffer: Buffer): void {
  const size = sizeFor(buffer.length);
  if (idleBytes + buffer.length > MAX_IDLE_BYTES || idle[size] === undefined) return;
  idleBytes += buffer.length;
  idle[size].push(buffer);
  timer ??= setInterval(forgetUnused, IDLE_MS).unref();
}

/** When no large argument has come for a while, its memory goes back to the system. */
function forgetUnused(): void {
  if (taken) {
    taken = false;
    return;
  }
  for (const buffers of idle) buffers.length = 0;
  idleBytes = 0;
  clearInterval(timer);
  timer = undefined;
}

function bytesOf(size: number): number {
  return SMALLEST_BYTES * 2 ** size + CRLF_BYTES;
}

function sizeFor(bytes: number): number {
  let size = 0;
  while (size < SIZES && bytesOf(size) < bytes) size++;
  return size;
}

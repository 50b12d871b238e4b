/**
 * Sizes of buffers: 64 KB, and from there eight to each doubling up to 2 MB, so that at most an eighth is not used by the
 * value that stays in one. Each has room for the CRLF after the bytes.
 */
const SMALLEST_BYTES = 64 * 1024;
const STEPS = 8;
const SIZES = 5 * STEPS + 1;
const CRLF_BYTES = 2;
/** What is kept for later altogether: as much as fifty clients need that send a megabyte each. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;
/** Nothing is kept for longer after the last one was taken. */
const IDLE_MS = 1_000;

const idle: Buffer[][] = Array.from({ length: SIZES }, () => []);
let idleBytes = 0;
let taken = false;
let timer: NodeJS.Timeout | undefined;

/** How many read or keep a buffer's bytes, by what it is a part of; one, where nothing stands here. */
const holders = new WeakMap<ArrayBufferLike, number>();

/**
 * A buffer of at least `bytes` bytes, in which a long argument is received. One whose last holder has released it serves
 * again: a new one for each argument keeps the garbage collector busy, since memory outside V8's heap makes it run too.
 */
export function takeReceiveBuffer(bytes: number): Buffer {
  const size = sizeFor(bytes);
  const used = idle[size]?.pop();
  const buffer = used ?? Buffer.allocUnsafeSlow(size < SIZES ? bytesOf(size) : bytes);
  taken = true;
  if (used !== undefined) idleBytes -= used.length;
  holders.set(buffer.buffer, 1);
  return buffer;
}

/** One more holder reads these bytes, which are part of a received argument or of any other buffer. */
export function retain({ buffer }: Buffer): void {
  holders.set(buffer, (holders.get(buffer) ?? 1) + 1);
}

/**
 * One holder less. After the last one the bytes may be overwritten. When a holder never calls this, the garbage collector
 * frees the buffer in the end.
 */
export function release({ buffer }: Buffer): void {
  const count = holders.get(buffer);
  if (count === undefined) return;
  if (count > 1) return void holders.set(buffer, count - 1);
  holders.delete(buffer);
  giveBack(buffer as ArrayBuffer);
}

/** Whether there is more than one holder, so that the bytes must not change. */
export function isShared({ buffer }: Buffer): boolean {
  return (holders.get(buffer) ?? 1) > 1;
}

function giveBack(buffer: ArrayBuffer): void {
  const { byteLength } = buffer;
  const size = sizeFor(byteLength);
  if (size === SIZES || bytesOf(size) !== byteLength || idleBytes + byteLength > MAX_IDLE_BYTES) return;
  idleBytes += byteLength;
  idle[size]!.push(Buffer.from(buffer));
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
  return SMALLEST_BYTES * 2 ** Math.floor(size / STEPS) * (1 + (size % STEPS) / STEPS) + CRLF_BYTES;
}

/** The smallest size with room for this number of bytes; SIZES when there is none. */
function sizeFor(bytes: number): number {
  const times = (bytes - CRLF_BYTES) / SMALLEST_BYTES;
  if (times <= 1) return 0;
  const doublings = Math.floor(Math.log2(times));
  return Math.min(SIZES, doublings * STEPS + Math.ceil((times / 2 ** doublings - 1) * STEPS));
}

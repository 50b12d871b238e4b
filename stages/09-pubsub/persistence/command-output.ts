import { bytesOf, hasBytes, lengthOf } from '#shared/resp/long-arguments.ts';
import { FRAME_BYTES, writeBulk, writeHeader } from '#shared/resp/write-bulk.ts';

const FIRST_CAPACITY = 64 * 1024;
/** A buffer that had to grow beyond this is given back once it is empty. */
const KEPT_CAPACITY = 1024 * 1024;
const STAR = 0x2a;

/** Commands as a client would send them, in a buffer that grows (Redis: `catAppendOnlyGenericCommand`). */
export class CommandOutput {
  /** How many bytes it holds. */
  size = 0;
  private buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);

  /** Appends an array of bulk strings. */
  command(args: readonly string[]): void {
    if (hasBytes(args)) return this.longCommand(args);
    let most = FRAME_BYTES;
    for (let i = 0; i < args.length; i++) most += args[i]!.length + FRAME_BYTES;
    this.reserve(most);
    const { buffer } = this;
    let at = writeHeader(buffer, STAR, args.length, this.size);
    for (let i = 0; i < args.length; i++) at = writeBulk(buffer, args[i]!, at);
    this.size = at;
  }

  /** As `command`; some of the arguments are bytes. */
  private longCommand(args: readonly string[]): void {
    let most = FRAME_BYTES;
    for (let i = 0; i < args.length; i++) most += lengthOf(args, i) + FRAME_BYTES;
    this.reserve(most);
    this.size = writeHeader(this.buffer, STAR, args.length, this.size);
    for (let i = 0; i < args.length; i++) this.size = writeBulk(this.buffer, bytesOf(args, i) ?? args[i]!, this.size);
  }

  /** The bytes so far: valid until the next command. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.size);
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.buffer.copyWithin(0, count, this.size);
    this.size -= count;
    if (this.size === 0 && this.buffer.length > KEPT_CAPACITY) this.buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  }

  private reserve(count: number): void {
    const needed = this.size + count;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.size);
    this.buffer = grown;
  }
}

/** Where bytes are appended; a block once filled does not change any more. */
interface Block {
  /** The replication offset of its first byte. */
  readonly start: number;
  readonly bytes: Buffer;
  used: number;
}

const BLOCK_BYTES = 16 * 1024;

/**
 * The last part of the history: bytes that were streamed, by their offsets (Redis: `replBacklog`, `replBufBlock`).
 * There is one copy of them: replicas that come back read from it, and those that read slowly or are being synced hold
 * only the offset of what they want next. The first byte of a history has offset 1.
 */
export class Backlog {
  /** The offset of the last byte. */
  end: number;
  private readonly blocks: Block[] = [];

  /** A history that continues after this offset. */
  constructor(end: number) {
    this.end = end;
  }

  /** The offset of the first byte that is there, or will be. */
  get first(): number {
    return this.blocks[0]?.start ?? this.end + 1;
  }

  get length(): number {
    return this.end + 1 - this.first;
  }

  /** What the blocks take, full or not. */
  get memory(): number {
    return this.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  append(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      let block = this.blocks.at(-1);
      if (block === undefined || block.used === block.bytes.length) block = this.addBlock(bytes.length - at);
      const copied = bytes.copy(block.bytes, block.used, at);
      block.used += copied;
      this.end += copied;
      at += copied;
    }
  }

  /** Whether the history can be continued with the byte of this offset: it is there, or the next to come. */
  covers(offset: number): boolean {
    return offset >= this.first && offset <= this.end + 1;
  }

  /** The bytes from an offset on, up to and with that of `last`, about `max` of them; nothing is copied. */
  read(offset: number, last: number, max: number): Buffer[] {
    const { blocks } = this;
    let index = blocks.length - 1;
    while (index > 0 && blocks[index]!.start > offset) index--;
    const parts: Buffer[] = [];
    for (let from = offset, left = max; from <= last && left > 0; index++) {
      const { start, bytes, used } = blocks[index]!;
      const part = bytes.subarray(from - start, Math.min(used, last + 1 - start));
      parts.push(part);
      from += part.length;
      left -= part.length;
    }
    return parts;
  }

  /** Lets go of what is beyond `size` bytes, but of nothing from the offset `needed` on. */
  trim(size: number, needed: number): void {
    const { blocks } = this;
    let drop = 0;
    while (drop < blocks.length - 1) {
      const { start, used } = blocks[drop]!;
      if (this.end + 1 - (start + used) < size || start + used > needed) break;
      drop++;
    }
    if (drop > 0) blocks.splice(0, drop);
  }

  private addBlock(least: number): Block {
    const block = { start: this.end + 1, bytes: Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, least)), used: 0 };
    this.blocks.push(block);
    return block;
  }
}

import type { LatinBuffer } from '../codecs/binary-text.ts';

/** The longest block. */
export const MAX_BLOCK_BYTES = 8 * 1024;
/** The memory that blocks are cut from. */
const PAGE_BYTES = 256 * 1024;
/** Sizes of blocks are multiples of it. */
const UNIT_SHIFT = 4;
const UNIT = 1 << UNIT_SHIFT;

/** Where a small value has its bytes: a part of a page. */
export interface Block {
  page: LatinBuffer;
  /** Where in the page the block begins. */
  start: number;
  /** Its size in bytes; 0: there is none. */
  room: number;
  /** How many of them are used. */
  used: number;
}

/** The page of a value that has no block. */
export const NO_PAGE = Buffer.alloc(0) as LatinBuffer;

/**
 * Memory outside V8's heap, for small values that change. Node's own buffers are too large for them: each takes some 200
 * bytes besides its content. So a page is cut into blocks, and a freed block is given out again to the next value that
 * needs one of its size (as jemalloc does for Redis). A page is garbage when no value has a block of it and none of it
 * is on a list.
 */
class Blocks {
  private page = NO_PAGE;
  private cut = 0;
  /** Freed blocks, by the index of their size. */
  private freed = SIZES.map((): FreedBlocks => ({ pages: [], starts: [] }));

  /** Gives `block` room for this number of bytes, `MAX_BLOCK_BYTES` at most. */
  allocate(block: Block, bytes: number): void {
    const index = sizeIndex(bytes);
    const { pages, starts } = this.freed[index]!;
    block.room = SIZES[index]!;
    if (pages.length > 0) {
      block.page = pages.pop()!;
      block.start = starts.pop()!;
      return;
    }
    if (this.cut + block.room > this.page.length) {
      this.page = Buffer.allocUnsafeSlow(PAGE_BYTES) as LatinBuffer;
      this.cut = 0;
    }
    block.page = this.page;
    block.start = this.cut;
    this.cut += block.room;
  }

  free(block: Block): void {
    const { pages, starts } = this.freed[sizeIndex(block.room)]!;
    pages.push(block.page);
    starts.push(block.start);
    block.page = NO_PAGE;
    block.room = 0;
  }

  /** Values with blocks are about to be dropped that do not free them: no list may keep their pages from the collector. */
  forget(): void {
    this.page = NO_PAGE;
    this.cut = 0;
    for (const { pages, starts } of this.freed) pages.length = starts.length = 0;
  }
}

interface FreedBlocks {
  readonly pages: LatinBuffer[];
  readonly starts: number[];
}

/** As jemalloc's: from one power of two to the next in four steps, so that less than a fifth of a block is idle. */
const SIZES = blockSizes();
/** Which of them is the least that holds so many units. */
const INDEX_BY_UNITS = Uint8Array.from({ length: MAX_BLOCK_BYTES / UNIT + 1 }, (_, units) =>
  SIZES.findIndex((size) => size >= units * UNIT),
);

/** Those of this process. */
export const blocks = new Blocks();

function blockSizes(): number[] {
  const sizes: number[] = [];
  for (let size = UNIT; size <= MAX_BLOCK_BYTES; size += Math.max(UNIT, 2 ** Math.floor(Math.log2(size)) / 4)) sizes.push(size);
  return sizes;
}

function sizeIndex(bytes: number): number {
  return INDEX_BY_UNITS[(bytes + UNIT - 1) >>> UNIT_SHIFT]!;
}

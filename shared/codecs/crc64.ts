/** CRC-64 "Jones" as Redis has it: bits reflected, starts at 0, nothing flipped at the end (`crcspeed64little`). */
export class Crc64 {
  // The 64 bits as two signed halves: JavaScript's bit operations work on 32.
  private low = 0;
  private high = 0;

  /** Goes on over `bytes` from `start` up to `end`. */
  update(bytes: Uint8Array, start = 0, end = bytes.length): this {
    if (start < 0 || end > bytes.length) throw new RangeError(`${start} to ${end} of ${bytes.length} bytes`);
    let low = this.low;
    let high = this.high;
    let at = start;
    for (; at <= end - 8; at += 8) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const lowNext =
        LOW_7[low & 0xff]! ^ LOW_6[(low >>> 8) & 0xff]! ^ LOW_5[(low >>> 16) & 0xff]! ^ LOW_4[low >>> 24]! ^
        LOW_3[high & 0xff]! ^ LOW_2[(high >>> 8) & 0xff]! ^ LOW_1[(high >>> 16) & 0xff]! ^ LOW_0[high >>> 24]!;
      high =
        HIGH_7[low & 0xff]! ^ HIGH_6[(low >>> 8) & 0xff]! ^ HIGH_5[(low >>> 16) & 0xff]! ^ HIGH_4[low >>> 24]! ^
        HIGH_3[high & 0xff]! ^ HIGH_2[(high >>> 8) & 0xff]! ^ HIGH_1[(high >>> 16) & 0xff]! ^ HIGH_0[high >>> 24]!;
      low = lowNext;
    }
    for (; at < end; at++) {
      const index = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW_0[index]!;
      high = (high >>> 8) ^ HIGH_0[index]!;
    }
    this.low = low;
    this.high = high;
    return this;
  }

  /** The checksum of everything so far: 8 bytes, little endian, as at the end of an RDB file. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(this.low, 0);
    bytes.writeInt32LE(this.high, 4);
    return bytes;
  }
}

/** 0xad93d23594c935a9 with its bits in reverse order. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

// "Slicing by 8": table k gives what a byte does to the checksum when k more bytes, all zero, follow it.
const [LOW_0, HIGH_0] = bytewiseTable();
const [LOW_1, HIGH_1] = oneByteOn(LOW_0, HIGH_0);
const [LOW_2, HIGH_2] = oneByteOn(LOW_1, HIGH_1);
const [LOW_3, HIGH_3] = oneByteOn(LOW_2, HIGH_2);
const [LOW_4, HIGH_4] = oneByteOn(LOW_3, HIGH_3);
const [LOW_5, HIGH_5] = oneByteOn(LOW_4, HIGH_4);
const [LOW_6, HIGH_6] = oneByteOn(LOW_5, HIGH_5);
const [LOW_7, HIGH_7] = oneByteOn(LOW_6, HIGH_6);

type Table = readonly [low: Int32Array, high: Int32Array];

function bytewiseTable(): Table {
  const table: Table = [new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const divides = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (divides) {
        low ^= POLYNOMIAL_LOW;
        high ^= POLYNOMIAL_HIGH;
      }
    }
    table[0][byte] = low;
    table[1][byte] = high;
  }
  return table;
}

function oneByteOn(lows: Int32Array, highs: Int32Array): Table {
  const table: Table = [new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    const low = lows[byte]!;
    const high = highs[byte]!;
    table[0][byte] = ((low >>> 8) | (high << 24)) ^ LOW_0[low & 0xff]!;
    table[1][byte] = (high >>> 8) ^ HIGH_0[low & 0xff]!;
  }
  return table;
}

import { expect } from 'vitest';
import { CodecError } from '#shared/codecs/codec-error.ts';

/** Every byte set to every value: items no longer than bytes can hold, or a CodecError. Cut anywhere: a CodecError. */
export function expectSafe(read: (bytes: Buffer) => string[], good: Buffer): void {
  let refused = 0;
  for (let at = 0; at < good.length; at++) {
    expect(() => read(good.subarray(0, at)), `cut at ${at}`).toThrow(CodecError);
    const bytes = Buffer.from(good);
    for (let value = 0; value < 256; value++) {
      bytes[at] = value;
      if (!isRead(read, bytes)) refused++;
    }
  }
  expect(refused).toBeGreaterThan(good.length);
}

function isRead(read: (bytes: Buffer) => string[], bytes: Buffer): boolean {
  try {
    const items = read(bytes);
    // 8 bytes of an integer are 20 digits at most.
    if (items.join('').length > bytes.length * 3) throw new Error(`too much came out of ${bytes.toString('hex')}`);
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

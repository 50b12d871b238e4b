/** One way to damage a file. */
export type Damage =
  | { readonly kind: 'truncate'; readonly offset: number }
  | { readonly kind: 'flip'; readonly offset: number; readonly mask: number };

/** Every single bit, and all of them. */
export const ALL_MASKS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff];

/** How many cases there are: a cut at every offset, and each byte with each of these bits flipped. */
export function countDamages(length: number, masks: readonly number[]): number {
  return length * (1 + masks.length);
}

/** The case of this number. */
export function damageAt(index: number, masks: readonly number[]): Damage {
  const offset = Math.floor(index / (1 + masks.length));
  const way = index % (1 + masks.length);
  return way === 0 ? { kind: 'truncate', offset } : { kind: 'flip', offset, mask: masks[way - 1]! };
}

/** The damaged copy. */
export function damaged(bytes: Buffer, damage: Damage): Buffer {
  if (damage.kind === 'truncate') return Buffer.from(bytes.subarray(0, damage.offset));
  const copy = Buffer.from(bytes);
  copy[damage.offset]! ^= damage.mask;
  return copy;
}

export function damageText(damage: Damage): string {
  if (damage.kind === 'truncate') return `cut at offset ${damage.offset}`;
  return `byte ${damage.offset} xor 0x${damage.mask.toString(16).padStart(2, '0')}`;
}

const A = 0x5deece66dn;
const C = 0xbn;
const MASK = 2n ** 48n - 1n;

/** Redis's `redisLrand48`: 48 bits of state, 31 bits a number. The same sequence everywhere. */
export class Random {
  private state = 0x1234abcd330en;

  next(): number {
    this.state = (this.state * A + C) & MASK;
    return Number(this.state >> 17n);
  }

  /** As `srand48`: the lower 32 bits of the seed. */
  seed(seed: number): void {
    this.state = (BigInt.asUintN(32, BigInt(seed)) << 16n) + 0x330en;
  }
}

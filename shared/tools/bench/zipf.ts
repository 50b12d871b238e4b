/**
 * Whole numbers below `count`, of which the lower ones come more often: number n with a weight of 1 / (n + 1)^skew, as
 * the keys of a cache do. (Gray et al., "Quickly generating billion-record synthetic databases", 1994.)
 * @param random in [0, 1)
 */
export function zipf(count: number, skew: number, random: () => number): () => number {
  const total = zeta(count, skew);
  const alpha = 1 / (1 - skew);
  const eta = (1 - (2 / count) ** (1 - skew)) / (1 - zeta(2, skew) / total);
  return () => {
    const u = random();
    if (u * total < 1) return 0;
    if (u * total < 1 + 0.5 ** skew) return 1;
    return Math.min(count - 1, Math.floor(count * (eta * u - eta + 1) ** alpha));
  };
}

function zeta(count: number, skew: number): number {
  let sum = 0;
  for (let i = 1; i <= count; i++) sum += 1 / i ** skew;
  return sum;
}

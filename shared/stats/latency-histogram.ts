/** Durations beyond a second count as one second, as in Redis (`LATENCY_HISTOGRAM_MAX_VALUE`); ns. */
const MAX_NS = 1e9;
/** Values below `2 * HALF` ns have a bucket of their own; above, a bucket is 1/128 of its values wide or less. */
const HALF = 128;
const HALF_BITS = 7;
const BUCKETS = (31 - HALF_BITS) * HALF;

/** How long the calls of one command took, to two digits (Redis: the `hdr_histogram` of a command). */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(BUCKETS);
  private total = 0;

  record(ms: number): void {
    this.counts[bucketOf(Math.min(MAX_NS, Math.max(1, Math.round(ms * 1e6))))]!++;
    this.total++;
  }

  /** How many calls took at most 1, 2, 4, … µs, for the powers of two at which the number grows (LATENCY HISTOGRAM). */
  cumulative(): [us: number, calls: number][] {
    const steps: [number, number][] = [];
    let seen = 0;
    let bucket = 0;
    for (let shift = 0; seen < this.total; shift++) {
      const limit = upperEnd(bucketOf(2 ** (10 + shift)));
      const before = seen;
      while (bucket < BUCKETS && upperEnd(bucket) <= limit) seen += this.counts[bucket++]!;
      if (seen > before) steps.push([Math.floor(limit / 1000), seen]);
    }
    return steps;
  }

  get calls(): number {
    return this.total;
  }

  /** The duration that `percent` of the calls did not exceed: the upper end of its bucket; µs. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.round((percent / 100) * this.total));
    let seen = 0;
    let bucket = 0;
    while (bucket < BUCKETS - 1 && (seen += this.counts[bucket]!) < wanted) bucket++;
    return upperEnd(bucket) / 1000;
  }
}

/** The bucket's shift stands above its lowest seven bits: a value is `(HALF + low) << shift`, and less below `HALF`. */
function bucketOf(ns: number): number {
  const shift = Math.max(0, 31 - Math.clz32(ns) - HALF_BITS);
  return shift * HALF + (ns >> shift);
}

function upperEnd(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / HALF) - 1);
  return ((bucket - shift * HALF + 1) << shift) - 1;
}

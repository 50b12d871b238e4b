import { damageAt, damaged, type Damage } from './damage.ts';
import type { Loader, Outcome, Sample } from './kind.ts';

/** A request of the parent: run the cases of these numbers. */
export interface Work {
  readonly sample: Sample;
  readonly masks: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What came of them, in order. */
export interface Answer {
  readonly outcomes: readonly Outcome[];
  /** The most memory this process ever had, in bytes. */
  readonly peak: number;
  readonly slowestMs: number;
}

/**
 * No damaged file may ask for more than this many times its size, above a fixed amount. LZF can unpack 1 byte to 88.
 */
const ALLOWED_FACTOR = 300;
const ALLOWED_BYTES = 1024 * 1024;

const loader = await (async (): Promise<Loader> => {
  const [module, stageDir] = process.argv.slice(2) as [string, string];
  const { createLoader } = (await import(module)) as { createLoader(dir: string): Promise<Loader> };
  return createLoader(stageDir);
})();
const largest = watchAllocations();

process.on('message', (work: Work) => void run(work));
process.on('disconnect', () => process.exit());
process.send!('ready');

async function run({ sample, masks, from, to }: Work): Promise<void> {
  const outcomes: Outcome[] = [];
  let slowestMs = 0;
  for (let i = from; i < to; i++) {
    const began = performance.now();
    outcomes.push(await tryCase(sample, damageAt(i, masks)));
    slowestMs = Math.max(slowestMs, performance.now() - began);
  }
  const answer: Answer = { outcomes, peak: process.resourceUsage().maxRSS * 1024, slowestMs };
  process.send!(answer);
}

async function tryCase(sample: Sample, damage: Damage): Promise<Outcome> {
  const bytes = damaged(sample.files[sample.target]!, damage);
  largest.bytes = 0;
  try {
    const outcome = await loader({ ...sample.files, [sample.target]: bytes }, sample.files);
    const limit = ALLOWED_BYTES + ALLOWED_FACTOR * sample.files[sample.target]!.length;
    if (largest.bytes <= limit) return outcome;
    return { kind: 'bug', text: `asked for ${largest.bytes} bytes at once (${outcome.text})` };
  } catch (error) {
    return { kind: 'bug', text: (error as Error).stack ?? String(error) };
  }
}

/** Notes the size of the largest Buffer allocated: memory that is not touched does not show in the size of the process. */
function watchAllocations(): { bytes: number } {
  const seen = { bytes: 0 };
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const) {
    const original = Buffer[name].bind(Buffer) as (size: number, ...rest: unknown[]) => Buffer;
    Object.assign(Buffer, {
      [name](size: number, ...rest: unknown[]) {
        seen.bytes = Math.max(seen.bytes, size);
        return original(size, ...rest);
      },
    });
  }
  return seen;
}

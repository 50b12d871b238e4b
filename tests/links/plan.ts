import type { Rng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import type { Proxy } from './proxy.ts';
import { linkUp, type Node } from './servers.ts';

/** What is done to a link, and for how long. */
export type Step =
  | { readonly kind: 'calm' | 'cut' | 'stall'; readonly ms: number }
  | { readonly kind: 'flicker'; readonly ms: number; readonly times: number }
  | { readonly kind: 'delay'; readonly ms: number; readonly delayMs: number }
  | { readonly kind: 'drip'; readonly ms: number; readonly bytes: number }
  /** The link is away until more was written than the backlog holds. */
  | { readonly kind: 'outage' };

/** A random step; one in `outages` is an outage (0: none). */
export function nextStep(rng: Rng, outages: number): Step {
  if (outages > 0 && rng.chance(1 / outages)) return { kind: 'outage' };
  const ms = rng.int(20, 400);
  return rng.pick<Step>([
    { kind: 'calm', ms },
    { kind: 'cut', ms: rng.pick([0, 0, ms]) },
    { kind: 'cut', ms: 0 },
    { kind: 'flicker', ms: rng.int(1, 30), times: rng.int(2, 5) },
    { kind: 'stall', ms },
    { kind: 'delay', ms, delayMs: rng.int(1, 100) },
    { kind: 'drip', ms, bytes: rng.pick([1, 7, 100, 2_000]) },
  ]);
}

/** What the primary must have counted after the steps so far. */
export interface Expected {
  /** Full syncs because the backlog did not reach: as many refused partial ones. */
  outages: number;
}

/** A link that is hurt. */
export interface HarassedLink {
  readonly proxy: Proxy;
  readonly primary: Node;
  readonly replica: Node;
  readonly expected: Expected;
}

/** Does one step to a proxy's links. */
export async function perform(step: Step, link: HarassedLink): Promise<void> {
  const { proxy } = link;
  switch (step.kind) {
    case 'calm':
      return sleep(step.ms);
    case 'cut':
      proxy.open(step.ms === 0);
      proxy.cut();
      await sleep(step.ms);
      return proxy.open(true);
    case 'flicker':
      for (let n = 0; n < step.times; n++) {
        proxy.cut();
        await sleep(step.ms);
      }
      return;
    case 'stall':
      proxy.set({ stalled: true });
      await sleep(step.ms);
      return proxy.set({});
    case 'delay':
      proxy.set({ delayMs: step.delayMs });
      await sleep(step.ms);
      return proxy.set({});
    case 'drip':
      proxy.set({ drip: step.bytes });
      await sleep(step.ms);
      return proxy.set({});
    case 'outage':
      return outage(link);
  }
}

async function outage({ proxy, primary, replica, expected }: HarassedLink): Promise<void> {
  proxy.open(false);
  proxy.cut();
  const offset = async () => Number((await primary.info())['master_repl_offset']);
  const size = Number((await primary.info())['repl_backlog_size']);
  const from = await offset();
  await until(async () => (await offset()) > from + 2 * size, 'the backlog to be left behind', 120_000);
  expected.outages++;
  proxy.open(true);
  await linkUp(replica, 30_000);
}

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Coalescer } from '#shared/coalescer.ts';

/** What gathers, and how much of it was there each time the action ran. */
function gathering({ enough = 100, longest = 60_000 }) {
  const state = { size: 0, taken: [] as number[] };
  const coalescer = new Coalescer({
    size: () => state.size,
    enough,
    longest,
    action() {
      state.taken.push(state.size);
      state.size = 0;
    },
  });
  return { state, coalescer };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

describe('an action that is put off', () => {
  test('runs once for what came in a turn', async () => {
    const { state, coalescer } = gathering({});
    for (let i = 1; i <= 3; i++) {
      state.size = i;
      coalescer.begin();
    }
    expect(coalescer.active).toBe(true);
    expect(state.taken).toEqual([]);
    await turns(4);
    expect(state.taken).toEqual([3]);
    expect(coalescer.active).toBe(false);
  });

  test('takes what comes in the turn after it too', async () => {
    const { state, coalescer } = gathering({});
    state.size = 1;
    coalescer.begin();
    setImmediate(() => (state.size += 1));
    await turns(4);
    expect(state.taken).toEqual([2]);
  });

  test('waits for no more once there is enough', async () => {
    const { state, coalescer } = gathering({ enough: 10 });
    state.size = 10;
    coalescer.begin();
    await turn();
    expect(state.taken).toEqual([10]);
  });

  test('is not put off for ever, however much keeps coming', async () => {
    const { state, coalescer } = gathering({ enough: Infinity, longest: 1 });
    coalescer.begin();
    const until = performance.now() + 1_000;
    while (state.taken.length === 0 && performance.now() < until) {
      state.size++;
      await turn();
    }
    expect(state.taken).toHaveLength(1);
  });

  test('can be begun again, from the action too', async () => {
    let runs = 0;
    const coalescer: Coalescer = new Coalescer({
      size: () => 0,
      enough: 1,
      action: () => {
        if (++runs < 3) coalescer.begin();
      },
    });
    coalescer.begin();
    await turns(10);
    expect(runs).toBe(3);
  });
});

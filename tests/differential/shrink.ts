import type { Command } from './arguments.ts';
import type { Difference } from './engine.ts';

const PATIENCE_MS = 20_000;

/**
 * The shortest script found that still shows a difference: ever smaller pieces are left out, as long as what is left
 * still fails, then single words.
 * @param retry runs a script; null when the servers agree
 */
export async function shrink(
  found: Difference,
  retry: (script: Command[]) => Promise<Difference | null>,
): Promise<Difference> {
  const deadline = Date.now() + PATIENCE_MS;
  let best = (await retry([...found.script])) ?? found;
  if (best === found) return found;
  for (let size = Math.ceil(best.script.length / 2); size >= 1 && Date.now() < deadline;) {
    let shorter = false;
    for (let end = best.script.length; end > 0 && Date.now() < deadline; end -= size) {
      const without = best.script.filter((_, at) => at < end - size || at >= end);
      const again = await retry(without);
      if (again === null || again.script.length >= best.script.length) continue;
      best = again;
      shorter = true;
      end = Math.min(end, best.script.length + size);
    }
    if (!shorter || size > 1) size = size === 1 ? 0 : Math.floor(size / 2);
  }
  return best;
}

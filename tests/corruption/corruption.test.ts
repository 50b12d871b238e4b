import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtStages, PROJECT_ROOT } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { hasRedis } from '../interop/servers.ts';
import { parseTarget } from '../harness/target.ts';
import { runCorruption } from './corruption.ts';
import { countDamages, damageAt, damaged, damageText } from './damage.ts';
import { corruptionKinds } from './kinds.ts';
import { tryStart } from './try-start.ts';

/**
 * Damaged files are refused, with file, offset and reason, or loaded; never a crash, and never another content where a
 * checksum could tell. The small samples here, on the newest stage;
 * `npx tsx tests/corruption/run.ts` has all of them and every bit.
 */

const MASKS = [0x01, 0x80, 0xff];
const WHOLE_STARTS = 4;
const seed = chooseSeed();

const withRedis = hasRedis('the samples were not proven by it');

for (const kind of corruptionKinds) {
  // Those of RDB are fixtures, which tests/interop proves; and 7.0 does not know all of them.
  if (kind.name !== 'rdb') {
    test.skipIf(!withRedis)(`redis loads the whole ${kind.name} samples`, async () => {
      for (const { name, files } of kind.samples()) {
        const { ending, output } = await tryStart(parseTarget('redis'), files, kind.flags);
        expect(ending, `${name}\n${output}`).toBe('started');
      }
    });
  }

  const samples = kind.quickSamples();
  const stage = builtStages().at(-1)!;

  describe.skipIf(stage.number < kind.since)(`${kind.name}, stage ${stage.number}`, () => {
    test(`every damage to ${samples.length} samples`, async () => {
      const report = await runCorruption({ kind, stageDir: join(PROJECT_ROOT, stage.dir), samples, masks: MASKS });
      expect(report).toMatchObject({ failures: [], crashed: 0 });
      const total = samples.reduce((sum, { files, target }) => sum + countDamages(files[target]!.length, MASKS), 0);
      expect(report.tried).toBe(total);
      // Neither all nor nothing may be refused: else nothing was tried.
      expect(report.refused).toBeGreaterThan(0);
      expect(report.same + report.other).toBeGreaterThan(0);
    }, 180_000);

    test(`a whole start on damaged files, SEED=${seed}`, async () => {
      const rng = createRng(seed);
      for (let i = 0; i < WHOLE_STARTS; i++) {
        const sample = rng.pick(samples);
        const bytes = sample.files[sample.target]!;
        const damage = damageAt(rng.int(0, countDamages(bytes.length, MASKS) - 1), MASKS);
        const files = { ...sample.files, [sample.target]: damaged(bytes, damage) };
        const { ending, output, untouched } = await tryStart(parseTarget(stage.dir), files, kind.flags);
        if (ending === 'started') continue;
        const name = `${sample.name}, ${damageText(damage)}\n${output}`;
        expect(ending, name).toBe('ended with exit code 1');
        expect(output.split('\n').filter((line) => kind.refusalLine(sample).test(line)), name).toHaveLength(1);
        expect(untouched, name).toBe(true);
      }
    });
  });
}

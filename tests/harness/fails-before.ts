import { allStages } from '#shared/manifest.ts';
import { compileStages } from './compiled.ts';
import { suitesOf } from './plan.ts';
import { runSuite } from './run-suite.ts';

/** Most of these tests wait for a reply that never comes: so several run at a time, with a timeout that is short and enough. */
const RUN = { workers: 4, replyMs: 2_000 };

/**
 * Every test of a suite must fail on the stage before its own, else it proves nothing about the stage; unless it is
 * marked as a regression test, with its reason. Runs the suite of each stage on the stage before.
 * @returns one line for each test that passes where it must not, or that is marked and fails all the same
 */
export async function failsBefore(root?: string, onStage: (line: string) => void = () => {}): Promise<string[]> {
  const problems: string[] = [];
  const stages = allStages(root);
  process.env['COMPILED_STAGES'] = compileStages().root;
  for (const [index, stage] of stages.entries()) {
    const before = stages[index - 1];
    if (!stage.built || !before?.built || suitesOf(stage.number).length === 0) continue;
    const tests = await runSuite(stage.number, before.dir, RUN);
    const passed = tests.filter(({ state }) => state === 'passed');
    const skipped = tests.filter(({ state }) => state === 'skipped').length;
    onStage(
      `suite ${stage.number} on stage ${before.number}: ${tests.length - passed.length - skipped} fail, ${passed.length} pass, ${skipped} skipped`,
    );
    for (const { name, regression } of passed) {
      if (regression === null)
        problems.push(`suite ${stage.number}: "${name}" passes on stage ${before.number} already`);
    }
  }
  return problems;
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtStages, findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';
import { parseTarget } from '../harness/target.ts';
import { runCorruption } from './corruption.ts';
import { ALL_MASKS, countDamages, damageAt, damaged, damageText } from './damage.ts';
import { corruptionKinds } from './kinds.ts';
import { tryStart } from './try-start.ts';

const HELP = `
npx tsx tests/corruption/run.ts --stage 06 --kind rdb [--sample stream] [--starts 40] [--seed 1]

Damages small sample files: cut at every offset, and every bit of each byte flipped. Loads each with the stage's own
code, and some by the start of a whole server; tells how many were tried, refused and loaded, and what went wrong.
  --kind     ${corruptionKinds.map(({ name }) => name).join(', ')}
  --sample   only samples whose names contain this
  --starts   how many cases go through a whole server
`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: builtStages().at(-1)!.number },
    kind: { type: 'string', default: 'rdb' },
    sample: { type: 'string', default: '' },
    starts: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(chooseSeed()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP.trim());
else process.exitCode = await main();

async function main(): Promise<number> {
  const kind = corruptionKinds.find(({ name }) => name === values.kind);
  const stage = findStage(values.stage);
  if (!kind || !stage?.built || stage.number < kind.since) {
    console.log(`No such stage or kind, or the stage has no such files yet.\n${HELP}`);
    return 1;
  }
  const samples = kind.samples().filter(({ name }) => name.includes(values.sample));
  let before = { tried: 0, refused: 0, same: 0, other: 0 };
  const report = await runCorruption({
    kind,
    stageDir: join(PROJECT_ROOT, stage.dir),
    samples,
    masks: ALL_MASKS,
    onSample({ name }, { tried, refused, same, other }) {
      const refusals = `${tried - before.tried} tried, ${refused - before.refused} refused`;
      const loads = `${same - before.same} the same, ${other - before.other} other content`;
      console.log(`${name.padEnd(45)} ${refusals}, ${loads}`);
      before = { tried, refused, same, other };
    },
  });
  const megabytes = (report.peak / 1024 ** 2).toFixed(0);
  console.log(`\nstage ${stage.number}, ${kind.name}: ${report.tried} cases of ${samples.length} samples`);
  console.log(`  ${report.refused} refused`);
  const { same, other } = report;
  console.log(`  ${same + other} loaded: ${same} to the same content, ${other} to other content`);
  console.log(`  ${report.crashed} crashed`);
  console.log(`  at most ${megabytes} MB in the loading process; the slowest took ${report.slowestMs.toFixed(0)} ms`);

  const rng = createRng(Number(values.seed));
  const target = parseTarget(stage.dir);
  let refused = 0;
  for (let i = 0; i < Number(values.starts); i++) {
    const sample = rng.pick(samples);
    const bytes = sample.files[sample.target]!;
    const damage = damageAt(rng.int(0, countDamages(bytes.length, ALL_MASKS) - 1), ALL_MASKS);
    const files = { ...sample.files, [sample.target]: damaged(bytes, damage) };
    const { ending, output, untouched } = await tryStart(target, files, kind.flags);
    const named = output.split('\n').filter((line) => kind.refusalLine(sample).test(line));
    const well = ending === 'started' || (ending === 'ended with exit code 1' && untouched && named.length === 1);
    if (ending !== 'started') refused++;
    if (!well) report.failures.push(`${sample.name}, ${damageText(damage)}: whole start: ${ending}\n${output}`);
  }
  console.log(`  ${values.starts} whole starts (seed ${values.seed}): ${refused} refused, the others started`);
  for (const failure of report.failures.slice(0, 30)) console.log(`WRONG: ${failure}`);
  if (report.failures.length > 30) console.log(`… and ${report.failures.length - 30} more`);
  return report.failures.length > 0 ? 1 : 0;
}

import chalk from 'chalk';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { createRng } from '../../tests/harness/rng.ts';
import { doesNotStart, failedTests } from '../../tests/mutants/mutant.ts';
import { placesToChange, type RandomMutant } from '../../tests/mutants/random-mutants.ts';
import { OUT_OF_REACH, WITHOUT_EFFECT, type NamedChange } from '../../tests/mutants/without-effect.ts';
import { parseToolArguments, requireStage, runTool } from './cli.ts';
import { ToolError } from './tool-error.ts';

const HELP = `
npm run mutate 05                   breaks stage 05 in 30 random places, one at a time, and runs its suite on each copy
npm run mutate 05 -- --count 10     … in 10 places
npm run mutate 05 -- --seed 123     … in the same places as another run, which printed its seed
npm run mutate 05 -- --file store/  … only in files whose names begin with store/

First the suite runs without any change, and has to pass. A change is one operator, condition or constant of a file
that is new in the stage. A change that the suite does not notice has survived: a test is missing, or the change has no
effect. Changes known to have no effect, and those that a suite cannot bring about, are listed in
tests/mutants/without-effect.ts. Exits with 1 when a change has survived.
`;

const FLAGS = { count: { type: 'string' }, seed: { type: 'string' }, file: { type: 'string' } } as const;

await runTool(import.meta.url, {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseToolArguments('mutate', argv, FLAGS);
    if (positionals.length > 1) throw new ToolError(`One stage at a time, not '${positionals.join(' ')}'`);
    const stage = requireStage(positionals[0]);
    const count = wholeNumber('--count', values.count ?? '30');
    const seed = wholeNumber('--seed', values.seed ?? String(Math.floor(Math.random() * 1e6)));
    const places = placesToChange(stage, PROJECT_ROOT).filter(({ file }) => file.startsWith(values.file ?? ''));
    if (places.length === 0) throw new ToolError(`Nothing can be changed in new files of ${stage.dir}`);
    const chosen = createRng(seed).shuffle(places).slice(0, count);
    console.log(`${stage.dir}: ${chosen.length} of ${places.length} places, --seed ${seed}\n`);
    await requireSound(stage, chosen[0]!);
    const counts = { noticed: 0, survived: 0, 'without effect': 0, 'out of reach': 0 };
    for (const mutant of chosen) counts[await tryMutant(stage, mutant)]++;
    const share = Math.round((counts.noticed / Math.max(1, counts.noticed + counts.survived)) * 100);
    const named = (['without effect', 'out of reach'] as const).map((kind) => `${counts[kind]} ${kind}`).join(', ');
    console.log(`\n${counts.noticed} noticed, ${counts.survived} survived (${share} %), ${named}`);
    return counts.survived === 0 ? 0 : 1;
  },
});

function wholeNumber(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new ToolError(`${flag} takes a whole number, not '${text}'`);
  return Number(text);
}

/** A test that fails on the stage as it is would seem to notice every change. @throws ToolError */
async function requireSound(stage: Stage, { file }: RandomMutant): Promise<void> {
  const [failed] = await failedTests(stage, `${stage.dir}/${file}`, (source) => source);
  if (failed !== undefined) throw new ToolError(`"${failed.name}" fails without any change:\n${failed.failure}`);
}

type Outcome = 'noticed' | 'survived' | 'without effect' | 'out of reach';

async function tryMutant(stage: Stage, mutant: RandomMutant): Promise<Outcome> {
  const { file, line, before, after, start, end, replacement } = mutant;
  const place = `${file}:${line}  ${before} ${chalk.dim('→')} ${after}`;
  for (const [kind, list] of [['without effect', WITHOUT_EFFECT], ['out of reach', OUT_OF_REACH]] as const) {
    const known = list.find((other) => isThis(other, stage, mutant));
    if (known === undefined) continue;
    console.log(`${chalk.yellow(kind.padEnd(14))}  ${place}\n${' '.repeat(16)}${chalk.dim(known.why)}`);
    return kind;
  }
  const edit = (source: string) => source.slice(0, start) + replacement + source.slice(end);
  const [failed] = await failedTests(stage, `${stage.dir}/${file}`, edit);
  if (failed === undefined) {
    console.log(`${chalk.red('survived')}        ${place}`);
    return 'survived';
  }
  console.log(`${chalk.green('noticed')}         ${place}`);
  console.log(`${' '.repeat(16)}${chalk.dim(doesNotStart(failed) ? 'the server does not start' : `by "${failed.name}"`)}`);
  return 'noticed';
}

function isThis(named: NamedChange, stage: Stage, { file, before, after }: RandomMutant): boolean {
  return named.stage === stage.number && named.file === file && named.before === before && named.after === after;
}

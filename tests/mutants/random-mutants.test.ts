import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { runToolIn } from '../tools/scratch.ts';
import { placesToChange } from './random-mutants.ts';
import { OUT_OF_REACH, WITHOUT_EFFECT } from './without-effect.ts';

const LONG = { timeout: 300_000 };

const NAMED = [...WITHOUT_EFFECT, ...OUT_OF_REACH];
const LISTED = NAMED.map(({ stage }) => stage);

test.each([...new Set(['02', '08', ...LISTED])])('stage %s has places to change', LONG, (number) => {
  const stage = findStage(number)!;
  const places = placesToChange(stage);
  expect(places.length).toBeGreaterThan(50);
  for (const { file, line, start, end, replacement, before, after } of places) {
    const source = readFileSync(join(PROJECT_ROOT, stage.dir, file), 'utf8');
    const old = source.slice(start, end);
    // A condition is put into brackets; an operator or a constant is another one.
    if (/^!\(/.test(replacement)) expect(replacement).toBe(`!(${old})`);
    else expect(old).toMatch(/^([-+*/%&|<>=!]+|[\d._e-]+|0[xo][\da-f_]+|true|false)$/i);
    expect(source.slice(0, start).split('\n')).toHaveLength(line);
    expect(after).not.toBe(before);
  }
  for (const { file, before, after } of NAMED.filter((listed) => listed.stage === number)) {
    const isThis = (place: (typeof places)[0]) => place.file === file && place.before === before && place.after === after;
    expect(places.some(isThis), `${file}: ${before} → ${after}`).toBe(true);
  }
});

test('npm run mutate reports each change, and what noticed it', LONG, () => {
  const { code, stdout } = runToolIn(PROJECT_ROOT, 'mutate', ['05', '--count', '2', '--seed', '3']);
  expect(stdout).toMatch(/^stages\/05-transactions: 2 of \d+ places, --seed 3\n/);
  expect(stdout.match(/^noticed {9}\S+\.ts:\d+ {2}.* → .*\n {16}(by ".*"|the server does not start)$/gm)).toHaveLength(2);
  expect(stdout).toMatch(/\n2 noticed, 0 survived \(100 %\), 0 without effect, 0 out of reach\n$/);
  expect(code).toBe(0);
});

test.each([
  [['05', '--count', 'x'], /^--count takes a whole number, not 'x'$/m],
  [['05', '--file', 'no/such/'], /^Nothing can be changed/m],
  [['05', '06'], /^One stage at a time, not '05 06'$/m],
  [['55'], /^There is no stage '55'/m],
])('%j is refused', (args, complaint) => {
  const { code, stderr } = runToolIn(PROJECT_ROOT, 'mutate', args);
  expect(stderr).toMatch(complaint);
  expect(code).toBe(1);
});

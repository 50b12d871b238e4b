import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { carry } from '#shared/tools/carry.ts';
import { numbered, plain, scratchTree, type Scratch } from './scratch.ts';

const THREE = 'stages/03-collections';
const FOUR = 'stages/04-streams';
const FIVE = 'stages/05-transactions';

/** Three built stages; stage 04 adds a line to `server.ts`, and stage 05 another. */
function threeStages(): Scratch {
  return scratchTree({
    [`${THREE}/main.ts`]: 'main\n',
    [`${FOUR}/main.ts`]: 'main\n',
    [`${FIVE}/main.ts`]: 'main\n',
    [`${THREE}/server.ts`]: numbered(20),
    [`${FOUR}/server.ts`]: numbered(20, { 10: 'ten of stage 04' }),
    [`${FIVE}/server.ts`]: numbered(20, { 10: 'ten of stage 04', 15: 'fifteen of stage 05' }),
    [`${THREE}/store/my list.ts`]: numbered(5),
    [`${FOUR}/store/my list.ts`]: numbered(5),
    [`${FIVE}/store/my list.ts`]: numbered(5),
  });
}

/** Every file of the tree and its state, to prove that nothing moved. */
const status = (scratch: Scratch) => scratch.git('status', '--porcelain', '-z', '-uall') + scratch.git('diff');

describe('carry', () => {
  test('copies where the later file is the same, and merges where it has lines of its own', () => {
    const scratch = threeStages();
    scratch.write({
      [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }),
      [`${THREE}/store/my list.ts`]: numbered(5, { 1: 'one, mended' }),
    });
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(true);
    expect(scratch.read(`${FOUR}/server.ts`)).toBe(numbered(20, { 2: 'two, mended', 10: 'ten of stage 04' }));
    expect(scratch.read(`${FIVE}/server.ts`)).toBe(
      numbered(20, { 2: 'two, mended', 10: 'ten of stage 04', 15: 'fifteen of stage 05' }),
    );
    expect(scratch.read(`${FOUR}/store/my list.ts`)).toBe(numbered(5, { 1: 'one, mended' }));
    expect(scratch.read(`${FIVE}/store/my list.ts`)).toBe(numbered(5, { 1: 'one, mended' }));
    expect(plain(report)).toMatch(/04-streams +merged server\.ts; copied store\/my list\.ts/);
  });

  test('reports a conflict with both files and lines, and changes nothing anywhere', () => {
    const scratch = threeStages();
    scratch.write({
      [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended', 15: 'fifteen of stage 03' }),
      [`${THREE}/store/my list.ts`]: numbered(5, { 1: 'one, mended' }),
      [`${THREE}/new.ts`]: 'new\n',
    });
    const before = status(scratch);
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(false);
    expect(status(scratch)).toBe(before);
    const text = plain(report);
    expect(text).toContain(`conflict ${FIVE}/server.ts: both changed the same lines`);
    expect(text).toContain(`${FIVE}/server.ts:15  (05-transactions)\n      | fifteen of stage 05`);
    expect(text).toContain(`${THREE}/server.ts:15  (03-collections)\n      | fifteen of stage 03`);
    expect(text).not.toContain(`conflict ${FOUR}`);
    expect(text).toContain('npm run carry 03 -- --until 04, then');
  });

  test('names the line in each side’s own file, however far apart they are', () => {
    const scratch = threeStages();
    scratch.write({
      [`${FIVE}/server.ts`]: 'a\nb\nc\n' + numbered(20, { 10: 'ten of stage 04', 15: 'fifteen of stage 05' }),
      [`${THREE}/server.ts`]: numbered(20, { 15: 'fifteen of stage 03' }),
    });
    const text = plain(carry('03', { root: scratch.root }).report);
    expect(text).toContain(`${FIVE}/server.ts:18  (05`);
    expect(text).toContain(`${THREE}/server.ts:15  (03`);
  });

  test('adds a new file; one that is there with other content is a conflict', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/store/new room/deque.ts`]: 'deque\n' });
    expect(carry('03', { root: scratch.root }).ok).toBe(true);
    expect(scratch.read(`${FOUR}/store/new room/deque.ts`)).toBe('deque\n');
    expect(scratch.read(`${FIVE}/store/new room/deque.ts`)).toBe('deque\n');

    scratch.write({ [`${THREE}/other.ts`]: 'mine\n', [`${FIVE}/other.ts`]: 'theirs\n' });
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(false);
    expect(plain(report)).toContain(`${FIVE}/other.ts: a file of that name is there, with other content`);
    expect(scratch.read(`${FOUR}/other.ts`)).toBeNull();
  });

  test('deletes a file; one that differs from the deleted one is a conflict', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/store/my list.ts`]: null });
    expect(carry('03', { root: scratch.root }).ok).toBe(true);
    expect(scratch.read(`${FOUR}/store/my list.ts`)).toBeNull();
    expect(scratch.read(`${FIVE}/store/my list.ts`)).toBeNull();

    scratch.write({ [`${THREE}/server.ts`]: null });
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(false);
    expect(plain(report)).toContain(`${FOUR}/server.ts: it differs from the file that was deleted`);
    expect(scratch.read(`${FOUR}/server.ts`)).not.toBeNull();
  });

  test('a file that the later stage does not have cannot be changed there', () => {
    const scratch = threeStages();
    scratch.write({ [`${FIVE}/server.ts`]: null });
    scratch.write({ [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }) });
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(false);
    expect(plain(report)).toContain(`${FIVE}/server.ts: there is no such file to change`);
    expect(scratch.read(`${FOUR}/server.ts`)).toBe(numbered(20, { 10: 'ten of stage 04' }));
  });

  test('--since carries a change that is committed already', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }) });
    scratch.commit();
    expect(plain(carry('03', { root: scratch.root }).report)).toContain('nothing to carry');
    expect(carry('03', { root: scratch.root, since: 'HEAD~1' }).ok).toBe(true);
    expect(scratch.read(`${FOUR}/server.ts`)).toBe(numbered(20, { 2: 'two, mended', 10: 'ten of stage 04' }));
    expect(() => carry('03', { root: scratch.root, since: 'nowhere' })).toThrow(/no revision 'nowhere'/);
  });

  test('keeps uncommitted changes of a later stage, and carries none of them', () => {
    const scratch = threeStages();
    scratch.write({
      [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }),
      [`${FOUR}/server.ts`]: numbered(20, { 10: 'ten of stage 04', 18: 'not committed' }),
    });
    expect(carry('03', { root: scratch.root }).ok).toBe(true);
    expect(scratch.read(`${FOUR}/server.ts`)).toBe(
      numbered(20, { 2: 'two, mended', 10: 'ten of stage 04', 18: 'not committed' }),
    );
    expect(scratch.read(`${FIVE}/server.ts`)).not.toContain('not committed');
  });

  test('a second run finds everything done', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }), [`${THREE}/new.ts`]: 'new\n' });
    carry('03', { root: scratch.root });
    const before = status(scratch);
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(true);
    expect(plain(report)).toMatch(/05-transactions +already there new\.ts, server\.ts/);
    expect(status(scratch)).toBe(before);
  });

  test('--until stops early; --dry-run writes nothing', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/server.ts`]: numbered(20, { 2: 'two, mended' }) });
    const before = status(scratch);
    expect(plain(carry('03', { root: scratch.root, dryRun: true }).report)).toContain('merged server.ts');
    expect(status(scratch)).toBe(before);
    carry('03', { root: scratch.root, until: '04' });
    expect(scratch.read(`${FOUR}/server.ts`)).toContain('two, mended');
    expect(scratch.read(`${FIVE}/server.ts`)).not.toContain('two, mended');
  });

  test('carries only the files and folders that are named', () => {
    const scratch = threeStages();
    scratch.write({
      [`${THREE}/server.ts`]: numbered(20, { 10: 'would clash' }),
      [`${THREE}/store/my list.ts`]: 'mended\n',
      [`${THREE}/commands/a.ts`]: 'a\n',
    });
    expect(carry('03', { root: scratch.root, only: ['store/my list.ts', `./${THREE}/commands/`] }).ok).toBe(true);
    expect(scratch.read(`${FIVE}/store/my list.ts`)).toBe('mended\n');
    expect(scratch.read(`${FIVE}/commands/a.ts`)).toBe('a\n');
    expect(scratch.read(`${FOUR}/server.ts`)).not.toContain('would clash');
    expect(() => carry('03', { root: scratch.root, only: ['stor'] })).toThrow(`Nothing changed in ${THREE}/stor`);
  });

  test('takes everything back when a file cannot be written', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/a.ts`]: 'a\n', [`${THREE}/b.ts`]: 'b\n' });
    mkdirSync(join(scratch.root, FIVE, 'b.ts'));
    expect(() => carry('03', { root: scratch.root })).toThrow(/Nothing carried: .*b\.ts/);
    expect(scratch.read(`${FOUR}/a.ts`)).toBeNull();
    expect(scratch.read(`${FIVE}/a.ts`)).toBeNull();
  });

  test('a file that is no text is copied, and in conflict where it differs', () => {
    const scratch = threeStages();
    scratch.write({ [`${THREE}/x.bin`]: 'a\0b', [`${FOUR}/x.bin`]: 'a\0b', [`${FIVE}/x.bin`]: 'a\0c' });
    scratch.commit();
    scratch.write({ [`${THREE}/x.bin`]: 'a\0d' });
    const { ok, report } = carry('03', { root: scratch.root });
    expect(ok).toBe(false);
    expect(plain(report)).toContain(`${FIVE}/x.bin: git cannot merge it`);
    expect(scratch.read(`${FOUR}/x.bin`)).toBe('a\0b');
  });

  test('says when a folder is no repository', () => {
    const scratch = threeStages();
    scratch.write({ '.git/HEAD': 'broken' });
    expect(() => carry('03', { root: scratch.root })).toThrow(/no revision 'HEAD'/);
  });
});

import { describe, expect, test } from 'vitest';
import { allStages, builtStages, findStage } from '#shared/manifest.ts';
import { requireStage } from '#shared/tools/cli.ts';
import { editDistance, likely, nearest } from '#shared/nearest.ts';
import { scratchTree } from './scratch.ts';

describe('manifest', () => {
  test('knows twelve stages, numbered in order, each with its folder', () => {
    const stages = allStages();
    expect(stages.map(({ number }) => number)).toEqual(
      ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'],
    );
    expect(stages.every(({ number, name, dir }) => dir === `stages/${number}-${name}`)).toBe(true);
    expect(new Set(stages.map(({ name }) => name)).size).toBe(12);
  });

  test.each(['7', '07', '007', 'aof', 'AOF', '07-aof', 'stages/07-aof', './stages/07-aof/', 'stages/07-aof//', '.\\stages\\07-aof\\'])(
    'finds stage 07 by %s',
    (query) => expect(findStage(query)?.dir).toBe('stages/07-aof'),
  );

  test.each(['', '0', '13', 'ao', '07-', '7-aof', 'aof7', '../07-aof'])('finds no stage by %j', (query) => {
    expect(findStage(query)).toBeUndefined();
  });

  test('a stage is built when its folder has a main.ts, also where it is the only one', () => {
    const { root } = scratchTree({ 'stages/06-rdb/main.ts': '', 'stages/07-aof/server.ts': '' });
    expect(builtStages(root).map(({ name }) => name)).toEqual(['rdb']);
    expect(findStage('6', root)?.built).toBe(true);
    expect(findStage('7', root)?.built).toBe(false);
  });

  test.each([
    ['aoff', '07-aof'],
    ['sring', '02-strings'],
    ['trans', '05-transactions'],
    ['07-aoff', '07-aof'],
  ])('for %s suggests the nearest stage, %s', (query, meant) => {
    expect(() => requireStage(query)).toThrow(`There is no stage '${query}'; did you mean ${meant}?`);
  });

  test.each(['nope', 'foo', 'cluster', '0', '13'])('for %s suggests nothing, and lists the stages', (query) => {
    expect(() => requireStage(query)).toThrow(`There is no stage '${query}'\n`);
  });

  test('a stage that is not built yet is refused in so many words', () => {
    const { root } = scratchTree({ 'stages/01-ping/main.ts': '' });
    expect(() => requireStage('aof', root)).toThrow('Stage 07-aof is not built yet');
    expect(requireStage('ping', root).number).toBe('01');
  });
});

describe('nearest', () => {
  test('counts insertions, deletions and replacements', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('geo', 'geo')).toBe(0);
  });

  test('prefers a name that begins with the word', () => {
    expect(nearest('tran', ['rdb', 'transactions'])).toBe('transactions');
  });

  test.each([
    ['tran', 'transactions'],
    ['bdr', 'rdb'],
    ['transacton', 'transactions'],
    ['rd', 'rdb'],
    ['rest', undefined],
    ['transient', undefined],
    ['', undefined],
  ])('%j is likely to mean %s', (word, meant) => {
    expect(likely(word, ['rdb', 'transactions'])).toBe(meant);
  });
});

import { expect, test } from 'vitest';
import { atMember, atScore, type Place } from '../../stages/10-sorted-sets/store/sorted-set/place.ts';
import { SortedSet } from '../../stages/10-sorted-sets/store/sorted-set/sorted-set.ts';
import { chooseSeed, createRng } from '../harness/rng.ts';

const seed = chooseSeed();

/** What a sorted set is to hold: pairs in order, found by comparing each of them. */
class Model {
  pairs: [score: number, member: string][] = [];

  set(member: string, score: number): void {
    this.delete(member);
    this.pairs.push([score, member]);
    this.pairs.sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  }

  delete(member: string): void {
    this.pairs = this.pairs.filter(([, other]) => other !== member);
  }

  countBefore(test: (score: number, member: string) => boolean): number {
    return this.pairs.filter(([score, member]) => test(score, member)).length;
  }
}

/** How the model computes a place. */
function before({ score, member, after }: Place): (score: number, member: string) => boolean {
  if (member === undefined) return (other) => other < score || (after && other === score);
  return (_, other) => other < member || (after && other === member);
}

for (const [name, members, rounds] of [['a listpack', 60, 4000], ['a skip list', 400, 6000]] as const) {
  test(`${name} holds what a sorted array holds, SEED=${seed}`, () => {
    const random = createRng(seed);
    let set = new SortedSet();
    const model = new Model();
    if (name === 'a skip list') set.expect(1000);
    const pickMember = () => `m${random.int(0, members)}`;
    const pickScore = () => random.pick([random.int(-5, 5), random.next(), 0, Infinity, -Infinity]);
    for (let round = 0; round < rounds; round++) {
      const [member, score] = [pickMember(), pickScore()];
      if (random.chance(0.55)) {
        expect(set.set(member, score)).toBe(!model.pairs.some(([, other]) => other === member));
        model.set(member, score);
      } else if (random.chance(0.9)) {
        expect(set.delete(member)).toBe(model.pairs.some(([, other]) => other === member));
        model.delete(member);
      } else if (model.pairs.length > 0) {
        const start = random.int(0, model.pairs.length - 1);
        const end = Math.min(model.pairs.length, start + random.int(1, 5));
        set.deleteRange(start, end);
        model.pairs.splice(start, end - start);
      }
      const at = model.pairs.findIndex(([, other]) => other === member);
      expect(set.rank(member)).toBe(at === -1 ? undefined : at);
      expect(set.score(member)).toBe(model.pairs[at]?.[0]);
      const place = atScore(score, random.chance(0.5));
      expect(set.countBefore(place)).toBe(model.countBefore(before(place)));
      const start = random.int(0, model.pairs.length);
      const reverse = random.chance(0.5);
      const pairs = reverse ? model.pairs.toReversed() : model.pairs;
      const { members: found, scores } = set.range(start, 7, reverse);
      expect(found.map((each, i) => [scores[i], each])).toEqual(pairs.slice(start, start + 7));
      const bounds = { from: place, to: atScore(pickScore(), random.chance(0.5)) };
      const inside = pairs.filter(([other]) => !before(bounds.from)(other, '') && before(bounds.to)(other, ''));
      const between = set.between(bounds, 7, reverse);
      expect(between.members.map((each, i) => [between.scores[i], each])).toEqual(inside.slice(0, 7));
      expect(set.membersBetween(bounds, Infinity, reverse)).toEqual(inside.map(([, each]) => each));
      if (round % 500 === 0) set = set.copy();
      if (round % 100 === 0) checkWhole(set, model);
    }
    checkWhole(set, model);
    expect(set.encoding()).toBe(name === 'a skip list' ? 'skiplist' : 'listpack');
  });
}

test(`members of one score are counted by name, SEED=${seed}`, () => {
  const random = createRng(seed);
  for (const size of [50, 500]) {
    const set = new SortedSet();
    const model = new Model();
    for (let i = 0; i < size; i++) {
      const member = random.pick(['', 'a', 'ab', '\xff', 'm']) + random.int(0, 1000);
      set.set(member, 1);
      model.set(member, 1);
    }
    for (const bound of ['', 'a', 'ab', 'ab5', 'm', '\xff', '\xff9', '\xff\xff', ...set.members(0, 20)]) {
      for (const after of [true, false]) {
        const place = atMember(bound, after);
        expect(set.countBefore(place)).toBe(model.countBefore(before(place)));
      }
    }
  }
});

test('a set that has shrunk gives its memory back', () => {
  const set = new SortedSet();
  const name = (i: number) => `member:${i}`;
  for (let i = 0; i < 50_000; i++) set.set(name(i), i % 1000);
  const full = set.bytes;
  set.deleteRange(10_000, 50_000);
  expect(set.bytes).toBeGreaterThan(1024 ** 2);
  const kept = set.range(0, 200);
  for (const member of set.members(200, Infinity)) set.delete(member);
  expect(set.bytes).toBeLessThan(full / 50);
  expect(set.range(0, Infinity)).toEqual(kept);
  kept.members.forEach((member, rank) => expect(set.rank(member)).toBe(rank));
  set.set('last', Infinity);
  expect(set.rank('last')).toBe(200);
});

/** Every pair, forwards and backwards. */
function checkWhole(set: SortedSet, model: Model): void {
  expect(set.size).toBe(model.pairs.length);
  const visited: [number, string][] = [];
  set.forEach((member, score) => visited.push([score, member]));
  expect(visited).toEqual(model.pairs);
  const { members, scores } = set.range(0, Infinity, true);
  expect(members.map((member, i) => [scores[i], member])).toEqual(model.pairs.toReversed());
}

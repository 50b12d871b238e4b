import { describe, expect, test } from 'vitest';
import { Status } from '#shared/resp/reply.ts';
import { createRng } from '../harness/rng.ts';
import type { History } from './load.ts';
import type { Dataset } from './read-back.ts';
import type { State, StreamEntry } from './value.ts';
import { matchingPrefixes, verify, type Verdict } from './verify.ts';
import { acknowledge, applyStep, COUNTER, createWorkload, type Step, type Unit } from './workload.ts';

// Gives the lab data that a server might bring back, wrong ones too: a lab that finds no fault in these would prove nothing.
const OK = new Status('OK');

function set(key: string, text: string): Step {
  return { args: ['SET', key, text], key, apply: () => text, accept: () => true };
}

function count(): Step {
  return { args: ['INCR', COUNTER], key: COUNTER, apply: () => undefined, accept: () => true };
}

function unit(number: number, ackedAt: number | null, counter: number | null, ...steps: Step[]): Unit {
  return { number, wire: '', steps, replies: steps.length === 1 ? 1 : steps.length + 2, ackedAt, counter };
}

/** Four units of one connection, three of them acknowledged: 10, 20 and 30 ms after the beginning. */
const UNITS: readonly Unit[] = [
  unit(1, 10, null, set('c1:a', '1')),
  unit(2, 20, null, set('c1:a', '2'), set('c1:b', '2')),
  unit(3, 30, 1, count(), set('c1:mark', '3')),
  unit(4, null, null, set('c1:a', '4')),
];

/** What verify says when this is found after a kill at 50 ms. */
function judge(found: Record<string, string>, counter: number, from = 3): Verdict {
  const history: History = { name: 'c1', base: new Map(), units: [...UNITS], acked: 3 };
  const dataset: Dataset = { states: [new Map(Object.entries(found))], counter, others: new Map() };
  const bounds = { from: [from], to: [4] };
  return verify({ histories: [history], counter: 0, killedAt: 50, found: dataset, bounds });
}

const THREE = { 'c1:a': '2', 'c1:b': '2', 'c1:mark': '3' };

describe('the verdict of the crash lab', () => {
  test('accepts what was acknowledged, with or without what was only sent', () => {
    expect(judge(THREE, 1)).toEqual({ problems: [], acknowledged: 3, lost: 0, oldestMs: 0 });
    expect(judge({ ...THREE, 'c1:a': '4' }, 1).problems).toEqual([]);
  });

  test('counts what is lost, and tells the oldest', () => {
    const verdict = judge({ 'c1:a': '1' }, 0, 0);
    expect(verdict).toEqual({ problems: [], acknowledged: 3, lost: 2, oldestMs: 30 });
  });

  test('refuses a loss where nothing may be lost', () => {
    const [problem] = judge({ 'c1:a': '1' }, 0).problems;
    expect(problem).toMatch(/1 units are there, it should be 3 to 4 of 4.*MULTI; SET/);
    expect(judge({}, 0).problems).toHaveLength(1);
  });

  test('refuses half a transaction', () => {
    expect(judge({ 'c1:a': '2' }, 0, 0).problems.join()).toContain('no prefix gives what was found');
    expect(judge({ ...THREE }, 0, 0).problems.join()).toContain('unit 3 made counter 1 and is there');
  });

  test('refuses a hole: a later write without an earlier one', () => {
    expect(judge({ 'c1:a': '4', 'c1:mark': '3' }, 1, 0).problems.join()).toContain('c1:b');
  });

  test('refuses a counter that more units have incremented than are there', () => {
    expect(judge({ 'c1:a': '2', 'c1:b': '2' }, 1, 0).problems.join()).toContain('unit 3 made counter 1 and is missing');
    expect(judge(THREE, 2).problems.join()).toContain('counter is 2, but 1 of the units');
  });

  test('refuses keys that no client wrote', () => {
    expect(judge({ ...THREE, 'c1:z': '9' }, 1).problems).toHaveLength(1);
  });
});

describe('the workload of the crash lab', () => {
  test('its model is the one that prefixes are compared with', () => {
    const workload = createWorkload('c1', createRng(5), new Map(), 0, '10');
    const units = Array.from({ length: 300 }, () => workload.next());
    const model: State = new Map();
    for (const [at, { steps }] of units.entries()) {
      for (const step of steps) applyStep(step, model);
      expect(matchingPrefixes(new Map(), units, model)).toContain(at + 1);
    }
    const kinds = new Set(units.flatMap(({ steps }) => steps.map(({ args }) => args[0])));
    expect([...kinds].sort()).toEqual(['DEL', 'HSET', 'INCR', 'RPUSH', 'SET', 'XADD', 'ZADD', 'ZINCRBY', 'ZPOPMIN']);
    expect(units.some(({ steps }) => steps.length === 2)).toBe(true);
  });

  test('from stage 12 on it has scripts, each of which writes several keys as one unit', () => {
    const workload = createWorkload('c1', createRng(5), new Map(), 0, '12');
    const units = Array.from({ length: 300 }, () => workload.next());
    const model: State = new Map();
    for (const [at, { steps }] of units.entries()) {
      for (const step of steps) applyStep(step, model);
      expect(matchingPrefixes(new Map(), units, model)).toContain(at + 1);
    }
    for (const name of ['EVAL', 'FCALL']) {
      const scripts = units.filter(({ wire }) => wire.includes(name));
      expect(scripts.length).toBeGreaterThan(5);
      for (const { steps, replies } of scripts) expect([new Set(steps.map(({ key }) => key)).size, replies]).toEqual([4, 1]);
    }
    // With half of a script there, no prefix fits.
    const script = units.findIndex(({ wire }) => wire.includes('EVAL'));
    const half: State = new Map();
    for (const { steps } of units.slice(0, script)) for (const step of steps) applyStep(step, half);
    applyStep(units[script]!.steps[2]!, half);
    expect(matchingPrefixes(new Map(), units, half)).toEqual([]);
  });

  test('an ID of a stream may be any until it is told, and is that one from then on', () => {
    const workload = createWorkload('c1', createRng(5), new Map(), 0, '10');
    let adds: Unit;
    do adds = workload.next();
    while (adds.steps[0]!.args[0] !== 'XADD');
    const [step] = adds.steps;
    const found = (id: string): State => {
      const [entry] = step!.apply(undefined) as readonly StreamEntry[];
      return new Map([[step!.key, [{ id, text: entry!.text }]]]);
    };
    expect(matchingPrefixes(new Map(), [adds], found('1-1'))).toEqual([1]);
    expect(acknowledge(adds, '2-2', 0)).toBe(null);
    expect(matchingPrefixes(new Map(), [adds], found('1-1'))).toEqual([]);
    expect(matchingPrefixes(new Map(), [adds], found('2-2'))).toEqual([1]);
  });

  test('a reply that the command cannot have is told', () => {
    const workload = createWorkload('c1', createRng(5), new Map(), 0, '10');
    for (let i = 0; i < 50; i++) {
      const next = workload.next();
      if (next.steps.length > 1) expect(acknowledge(next, [OK], 0)).toContain('the reply was');
      else expect(acknowledge(next, -1, 0)).toContain('the reply was');
    }
  });
});

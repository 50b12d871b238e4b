import type { History } from './load.ts';
import type { Dataset } from './read-back.ts';
import { sameValue, showValue, type State } from './value.ts';
import { applyStep, COUNTER, showStep, type Unit } from './workload.ts';

/** How much of what each connection sent must be there. */
export interface Bounds {
  /** At least this many units of each connection. */
  readonly from: readonly number[];
  /** At most this many. */
  readonly to: readonly number[];
}

/** What a restart has brought back, against what was acknowledged. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly acknowledged: number;
  /** Acknowledged units that are not there. */
  readonly lost: number;
  /** How long before the kill the oldest of them was acknowledged, in ms; 0 when none is lost. */
  readonly oldestMs: number;
}

/** The histories of one run of a server, and what is needed to judge them. */
export interface Evidence {
  readonly histories: readonly History[];
  /** COUNTER when the run began. */
  readonly counter: number;
  /** When the server was killed (`performance.now()`). */
  readonly killedAt: number;
  readonly found: Dataset;
  readonly bounds: Bounds;
}

/**
 * Each connection's keys must be as they were after some prefix of what it sent, within the bounds; and all prefixes
 * together must be one prefix of what the server did, as far as COUNTER's values show its order.
 */
export function verify({ histories, counter, killedAt, found, bounds }: Evidence): Verdict {
  const problems: string[] = [];
  let [acknowledged, lost, oldestMs, counted] = [0, 0, 0, counter];
  for (const [at, { name, base, units, acked }] of histories.entries()) {
    acknowledged += acked;
    const prefixes = matchingPrefixes(base, units, found.states[at]!);
    const prefix = prefixes.findLast((candidate) => candidate <= bounds.to[at]!) ?? prefixes.at(-1);
    if (prefix === undefined) {
      problems.push(`${name}: ${explain(base, units, acked, found.states[at]!)}`);
      continue;
    }
    const range = `${bounds.from[at]} to ${bounds.to[at]} of ${units.length}`;
    if (prefix < bounds.from[at]! || prefix > bounds.to[at]!) {
      const missing = units[prefix] ? `; the first one missing: ${showUnit(units[prefix])}` : '';
      problems.push(`${name}: ${prefix} units are there, it should be ${range}${missing}`);
    }
    for (const unit of units.slice(prefix, acked)) {
      lost++;
      oldestMs = Math.max(oldestMs, killedAt - unit.ackedAt!);
    }
    counted += units.slice(0, prefix).filter(countsUp).length;
    problems.push(...outOfOrder(name, units, prefix, found.counter));
  }
  if (problems.length === 0 && counted !== found.counter) {
    problems.push(`${COUNTER} is ${found.counter}, but ${counted} of the units that increment it are there`);
  }
  return { problems, acknowledged, lost, oldestMs };
}

/** All n for which the first n units, applied to the base, give what was found. */
export function matchingPrefixes(base: State, units: readonly Unit[], found: State): number[] {
  const model: State = new Map(base);
  const wrong = new Set<string>();
  const look = (key: string) => {
    if (sameValue(model.get(key), found.get(key))) wrong.delete(key);
    else wrong.add(key);
  };
  for (const key of new Set([...model.keys(), ...found.keys()])) look(key);
  const matches = wrong.size === 0 ? [0] : [];
  for (const [at, { steps }] of units.entries()) {
    for (const step of steps) {
      applyStep(step, model);
      if (step.key !== COUNTER) look(step.key);
    }
    if (wrong.size === 0) matches.push(at + 1);
  }
  return matches;
}

function countsUp({ steps }: Unit): boolean {
  return steps[0]!.key === COUNTER;
}

/** COUNTER is n: then exactly those units are there that made it n or less. */
function outOfOrder(name: string, units: readonly Unit[], prefix: number, counter: number): string[] {
  const stray = units.find((unit, at) => unit.counter !== null && unit.counter <= counter !== at < prefix);
  if (stray === undefined) return [];
  const there = stray.counter! > counter ? 'is there' : 'is missing';
  return [`${name}: unit ${stray.number} made ${COUNTER} ${stray.counter} and ${there}, but ${COUNTER} is ${counter}`];
}

/** Why no prefix fits: what differs after the acknowledged units. */
function explain(base: State, units: readonly Unit[], acked: number, found: State): string {
  const model: State = new Map(base);
  for (const { steps } of units.slice(0, acked)) for (const step of steps) applyStep(step, model);
  const keys = [...new Set([...model.keys(), ...found.keys()])];
  const wrong = keys.filter((key) => !sameValue(model.get(key), found.get(key)));
  const shown = wrong.slice(0, 3).flatMap((key) => [
    `    ${key}`,
    `      acknowledged: ${showValue(model.get(key))}`,
    `      found:        ${showValue(found.get(key))}`,
  ]);
  const sent = `${acked} units acknowledged, ${units.length} sent`;
  const head = `no prefix gives what was found (${sent}); after the acknowledged ones ${wrong.length} keys differ`;
  return [head, ...shown].join('\n');
}

function showUnit(unit: Unit): string {
  const steps = unit.steps.map(showStep).join('; ');
  return unit.steps.length > 1 ? `MULTI; ${steps}; EXEC` : steps;
}

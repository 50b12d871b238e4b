import { afterAll, describe, expect, test } from 'vitest';
import { builtStages, findStage } from '#shared/manifest.ts';
import { certificates } from '../harness/certificates.ts';
import { chooseSeed } from '../harness/rng.ts';
import { hasRedis } from '../interop/servers.ts';
import { openLab, type Case, type Lab } from './lab.ts';
import { showOutcome } from './show-outcome.ts';

/** A part of tests/secure-links/run.ts: each pairing, over three of the links. */

const seed = chooseSeed();
const last = builtStages().at(-1)!.number;
const redis = hasRedis('links over TLS were not tried with it') ? 'redis' : undefined;
const TRIED: readonly Pick<Case, 'link' | 'login'>[] = [
  { link: 'optional', login: 'password' },
  { link: 'yes', login: 'user' },
  { link: 'yes, stranger', login: 'nothing' },
];

describe.skipIf(last < findStage('acl')!.number)(`links over TLS, SEED=${seed}`, () => {
  let lab: Lab | undefined;
  afterAll(() => lab?.close());

  for (const [primary, replica] of redis === undefined ? [[last, last]] : [[last, last], [last, redis], [redis, last]]) {
    for (const { link, login } of TRIED) {
      test(`${replica} follows ${primary}, tls-auth-clients ${link}, the primary asks for ${login}`, async () => {
        lab ??= openLab({ certificates: certificates(), seed });
        const one = { primary: primary!, replica: replica!, link, login };
        const outcome = await lab.run(one);
        expect(outcome.problems, showOutcome(one, outcome)).toEqual([]);
        if (link === 'yes, stranger') expect(outcome.said).toHaveLength(2);
        else expect(outcome.keys).toBeGreaterThan(60);
      }, 120_000);
    }
  }
});

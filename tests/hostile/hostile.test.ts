import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import { halfHandshakes, idleConnections, slowReaders, tooManyClients, type Victim } from './hostile.ts';
import { startVictim } from './victim.ts';

// A short form of run.ts: memory is reported there. Here it is shown that the server ends whom it has to, and serves others.
const stage = builtStages().at(-1)!;

describe(`stage ${stage.number} and hostile clients`, () => {
  let victim: Victim & { stop(): Promise<void> };
  beforeAll(async () => {
    victim = await startVictim(stage.dir);
  });
  afterAll(() => victim.stop());

  test('TLS handshakes that stop half-way are ended', async () => {
    expect((await halfHandshakes(victim, 50)).served).toBeGreaterThan(0);
  });

  test('idle connections are held, and let go', async () => {
    expect((await idleConnections(victim, 500)).served).toBeGreaterThan(0);
  });

  test('clients beyond maxclients get an error that says so', async () => {
    expect((await tooManyClients(victim, 50, 120)).served).toBeGreaterThan(0);
  });

  test('clients that do not read their replies are ended at the output limit', async () => {
    expect((await slowReaders(victim, 4, 20)).served).toBeGreaterThan(0);
  });
});

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What all runs share; `npm test` adds the projects (one per target). Alone it runs one target: TARGET=stages/03-collections. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    pool: 'forks',
    // Tests wait for servers, ticks and timeouts as long as they work: with one a core, cores would be idle.
    maxWorkers: availableParallelism() + 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The place in the test is what matters, not the way through the harness.
    onStackTrace: (_error, { file }) => !file.includes('/tests/harness/') && !file.includes('/node_modules/'),
  },
});

import { join } from 'node:path';
import { createVitest, type TestCase } from 'vitest/node';
import { PROJECT_ROOT } from '#shared/manifest.ts';
import type { Answer, Request } from './run-suite.ts';
import { endingWith, fullName } from './test-names.ts';

/** The process that `openSuiteRunner` starts. Each message names one test of one file; the answer is its result. */

const vitest = await createVitest('test', {
  config: join(PROJECT_ROOT, 'tests/vitest.config.ts'),
  root: PROJECT_ROOT,
  watch: false,
  maxWorkers: 1,
  reporters: [{}],
});
await vitest.standalone();

process.once('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  run(request)
    .catch((error: Error) => ({ problem: error.message }))
    .then((answer: Answer) => process.send!(answer));
});

/** @throws Error unless exactly one test has this name, and it ran */
async function run({ target, file, test }: Request): Promise<Answer> {
  // The worker is started with the variables of this process.
  process.env['TARGET'] = target;
  // On Windows Vitest's paths have `/` too.
  const path = join(PROJECT_ROOT, file).replaceAll('\\', '/');
  const testNamePattern = endingWith(test);
  const chosen = vitest.getRootProject().createSpecification(path, { testNamePattern });
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([chosen]);
  const module = testModules.find(({ moduleId }) => moduleId === path);
  const [error] = [...(module?.errors() ?? []), ...unhandledErrors] as { message: string }[];
  const named = [...(module?.children.allTests() ?? [])].filter((one) => testNamePattern.test(fullName(one)));
  // Requests that a failed test leaves open may fail later, outside of the test.
  const failed = named.length === 1 && named[0]!.result().state === 'failed';
  if (error !== undefined && !failed) throw new Error(`${file} did not run as it should: ${error.message}`);
  if (named.length !== 1) throw new Error(`${file} has ${named.length} tests "${test}", not one`);
  return resultOf(named[0]!);
}

function resultOf(test: TestCase): Answer {
  const { state, errors = [] } = test.result();
  const failure = errors.map(({ message }) => message).join('\n');
  return { name: test.fullName, state: state === 'pending' ? 'skipped' : state, failure, regression: null };
}

import { failsBefore } from '../../../tests/harness/fails-before.ts';
import type { Check } from './check.ts';

/** Each suite is about its own stage: its tests fail on the stage before. Takes minutes, so only with `--tests`. */
export const failsBeforeCheck: Check = {
  name: 'every test of a suite fails on the stage before (or says why not)',
  async run(root, say) {
    return { problems: await failsBefore(root, say) };
  },
};

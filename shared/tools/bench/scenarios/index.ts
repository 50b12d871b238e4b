import { aof } from './aof.ts';
import { bgsave } from './bgsave.ts';
import { load } from './load.ts';
import { replica } from './replica.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [load, bgsave, aof, replica];

import { aof } from './aof.ts';
import { bgsave } from './bgsave.ts';
import { eviction } from './eviction.ts';
import { largeValues } from './large-values.ts';
import { load } from './load.ts';
import { pubsub } from './pubsub.ts';
import { replica } from './replica.ts';
import type { Scenario } from './scenario.ts';
import { secured } from './secured.ts';
import { smallValues } from './small-values.ts';

export const SCENARIOS: readonly Scenario[] = [load, bgsave, aof, replica, smallValues, largeValues, eviction, pubsub, secured];

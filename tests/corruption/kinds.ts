import { aofKind } from './aof-kind.ts';
import type { CorruptionKind } from './kind.ts';
import { rdbKind } from './rdb-kind.ts';

export const corruptionKinds: readonly CorruptionKind[] = [rdbKind, aofKind];

import { crc64 } from '../fixtures/rdb/bytes.ts';
import { rdbFixtures } from '../fixtures/rdb/generate.ts';
import type { CorruptionKind, Sample } from './kind.ts';

const FILE = 'dump.rdb';
const QUICK_BYTES = 700;

/**
 * The fixtures that stages load, each with its checksum and with none: the checksum sees all damage, but too late;
 * without it the parser itself must stand.
 */
export const rdbKind: CorruptionKind = {
  name: 'rdb',
  since: '06',
  samples: () => rdbFixtures().filter(({ refused }) => !refused).flatMap(({ name, bytes, rdbVersion }) => {
    if (rdbVersion < 5) return [sample(name, bytes, false)];
    const checked = sample(`${name}, checksum`, withChecksum(bytes), true);
    return [checked, sample(`${name}, no checksum`, without(bytes), false)];
  }),
  quickSamples: () => rdbKind.samples().filter(({ files }) => files[FILE]!.length <= QUICK_BYTES),
  loaderModule: new URL('./rdb-loader.ts', import.meta.url).href,
  flags: ['--dbfilename', FILE],
  refusalLine: () => /'dump\.rdb'.*offset \d+/,
  fault(sample, damage, { kind }) {
    if (kind === 'refused') return undefined;
    if (damage.kind === 'truncate') return 'loaded, and the end is missing';
    // Damage to the signature may make it a version that has no checksum; the keys are what they were.
    return kind === 'other' && sample.checked ? 'loaded to other content, in spite of the checksum' : undefined;
  },
};

function sample(name: string, bytes: string, checked: boolean): Sample {
  return { name, files: { [FILE]: Buffer.from(bytes, 'latin1') }, target: FILE, checked };
}

function without(bytes: string): string {
  return bytes.slice(0, -8) + '\0'.repeat(8);
}

function withChecksum(bytes: string): string {
  const sum = Buffer.alloc(8);
  sum.writeBigUInt64LE(crc64(bytes.slice(0, -8)));
  return bytes.slice(0, -8) + sum.toString('latin1');
}

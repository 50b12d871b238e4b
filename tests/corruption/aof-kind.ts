import { rdbFixtures } from '../fixtures/rdb/generate.ts';
import { encodeRequest } from '../harness/client.ts';
import type { CorruptionKind, Sample } from './kind.ts';

const FOLDER = 'appendonlydir';
const NAME = 'appendonly.aof';
const QUICK = ['the only file', 'a base in RDB form', 'the manifest'];

/** Commands of every type, as a log holds them: effects, a transaction, a change of database, a note of the time. */
const COMMANDS = [
  'SELECT 0',
  'SET s value',
  'SET n 10',
  'PEXPIREAT s 4000000000000',
  'RPUSH l a b c',
  'HSET h f v g w',
  'SADD set 1 2 3',
  'MULTI',
  'INCR n',
  'LPOP l',
  'EXEC',
  'XADD x 1-1 f v',
  'XADD x 2-1 f v',
  'XGROUP CREATE x g 0-0',
  'XCLAIM x g c 0 1-1 TIME 1600000000000 RETRYCOUNT 1 FORCE JUSTID LASTID 1-1',
  'SELECT 3',
  'SREM none 1',
  'SET t other',
];

const SHORT = commands(['SET another 1']);

/**
 * The folders of a log: each of its files in turn gets the damage. Nothing but a base in RDB form has a checksum, so
 * much damage cannot be recognized; a cut of the last file is a torn tail, which is loaded up to the tear.
 */
export const aofKind: CorruptionKind = {
  name: 'aof',
  since: '07',
  samples: () => [
    folder('the only file', [['1.incr.aof', commands(COMMANDS)]], '1.incr.aof'),
    folder('the last of two', [['1.incr.aof', SHORT], ['2.incr.aof', commands(COMMANDS)]], '2.incr.aof'),
    folder('the first of two', [['1.incr.aof', commands(COMMANDS)], ['2.incr.aof', SHORT]], '1.incr.aof'),
    folder('a base of commands', [['1.base.aof', commands(COMMANDS)], ['1.incr.aof', SHORT]], '1.base.aof'),
    folder('a base in RDB form', [['1.base.rdb', rdb()], ['1.incr.aof', commands(COMMANDS)]], '1.base.rdb', true),
    folder('after a base in RDB form', [['1.base.rdb', rdb()], ['1.incr.aof', commands(COMMANDS)]], '1.incr.aof'),
    folder('the manifest', [['1.base.rdb', rdb()], ['1.incr.aof', SHORT], ['2.incr.aof', SHORT]], 'manifest'),
    plain('one file, as before Redis 7', commands(COMMANDS)),
    plain('one file with an RDB preamble', rdb() + commands(COMMANDS)),
  ],
  quickSamples: () => aofKind.samples().filter(({ name }) => QUICK.includes(name)),
  loaderModule: new URL('./aof-loader.ts', import.meta.url).href,
  flags: ['--appendonly', 'yes'],
  refusalLine({ target }) {
    const name = `'${target.replaceAll('.', '\\.')}'`;
    return new RegExp(`${name}.*(offset|line) \\d+|${name}: it is empty|Cannot find the AOF file`);
  },
  fault(sample, damage, { kind }) {
    if (kind === 'refused') {
      const torn = damage.kind === 'truncate' && isLast(sample) && damage.offset >= (preambles.get(sample.name) ?? 0);
      return torn ? 'refused, though it is a torn tail' : undefined;
    }
    if (sample.target.endsWith('.manifest')) return undefined;
    if (damage.kind === 'truncate' && !isLast(sample) && !atBoundary(sample, damage.offset)) {
      return 'loaded, though the middle of the log is missing';
    }
    // As in Redis, a file without a byte is an empty one.
    if (damage.offset === 0 && damage.kind === 'truncate') return undefined;
    return kind === 'other' && sample.checked ? 'loaded to other content, in spite of the checksum' : undefined;
  },
};

/** How long the RDB preamble of a sample is: a log that ends within it is not torn but broken. */
const preambles = new Map<string, number>([['one file with an RDB preamble', rdb().length]]);

function commands(lines: readonly string[]): string {
  return `${requests(lines)}#TS:1700000000\r\n`;
}

function requests(lines: readonly string[]): string {
  return lines.map((line) => encodeRequest(line.split(' '))).join('');
}

function rdb(): string {
  return rdbFixtures().find(({ name }) => name === 'several-databases')!.bytes;
}

/** A manifest with these files in order; `target` is one of them, or `manifest`. */
function folder(name: string, files: [string, string][], target: string, checked = false): Sample {
  const path = (file: string) => `${FOLDER}/${NAME}.${file}`;
  const line = ([file]: [string, string]) => {
    const [seq, type] = file.split('.') as [string, string];
    return `file ${NAME}.${file} seq ${seq} type ${type[0]}\n`;
  };
  const all: [string, string][] = [...files, ['manifest', files.map(line).join('')]];
  const entries = all.map(([file, text]) => [path(file), Buffer.from(text, 'latin1')] as const);
  return { name, files: Object.fromEntries(entries), target: path(target), checked };
}

function plain(name: string, text: string): Sample {
  return { name, files: { [NAME]: Buffer.from(text, 'latin1') }, target: NAME, checked: false };
}

/** Whether the damaged file is the one that was being written to. */
function isLast({ files, target }: Sample): boolean {
  const logs = Object.keys(files).filter((path) => path.endsWith('.aof'));
  return target === logs.at(-1);
}

/** Whether a file cut here ends with a whole command outside a transaction: then the file looks whole. */
function atBoundary({ files, target }: Sample, offset: number): boolean {
  const before = files[target]!.subarray(0, offset).toString('latin1');
  if (before === '') return true;
  const starts = COMMANDS.map((_, i) => requests(COMMANDS.slice(0, i + 1)));
  const at = starts.indexOf(before);
  return at !== -1 && !['MULTI', 'INCR n', 'LPOP l'].includes(COMMANDS[at]!);
}

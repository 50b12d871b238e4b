import { keyRange } from '#shared/commands/key-specs.ts';
import { MapReply, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { bytesOfString } from '../../store/string-bytes.ts';
import { typeName } from '../../store/value.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

/** The longest common subsequence of two strings (Redis: `lcsCommand`). */
export const longestCommonSubsequence: Family = {
  group: 'string',
  rows: [
    {
      name: 'lcs',
      arity: -3,
      flags: 'readonly',
      keys: [keyRange(1, 1, 1, 'RO access')],
      since: '7.0.0',
      summary: 'The longest common subsequence of two strings.',
      run: lcs,
    },
  ],
};

interface Options {
  readonly len: boolean;
  readonly idx: boolean;
  /** Shorter matches are left out of IDX. */
  readonly least: number;
  readonly withLength: boolean;
}

/** `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]` */
function lcs({ server, db, args }: Request): Reply {
  const [a, b] = stringsAt(db, args[1]!, args[2]!);
  const { len, idx, least, withLength } = parseOptions(args);
  const cells = (a.length + 1) * (b.length + 1);
  if (cells * Uint32Array.BYTES_PER_ELEMENT > server.options['proto-max-bulk-len']) {
    throw new ReplyError('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  }
  const lengths = lengthsOf(a, b, new Uint32Array(cells));
  const length = lengths[cells - 1]!;
  if (len) return length;
  if (!idx) return subsequence(a, b, lengths);
  const matches = matchesOf(a, b, lengths).filter(([inA]) => inA[1] - inA[0] + 1 >= least);
  const replies = matches.map(([inA, inB]) => [inA, inB, ...(withLength ? [inA[1] - inA[0] + 1] : [])]);
  return new MapReply(['matches', replies, 'len', length]);
}

/** A missing key is an empty string. @throws ReplyError */
function stringsAt(db: Database, first: string, second: string): [Uint8Array, Uint8Array] {
  const values = [db.lookupRead(first), db.lookupRead(second)].map((value) => value ?? '');
  if (values.some((value) => typeName(value) !== 'string')) throw new ReplyError('ERR The specified keys must contain string values');
  return [bytesOfString(values[0])!, bytesOfString(values[1])!];
}

function parseOptions(args: readonly string[]): Options {
  let [len, idx, withLength, least] = [false, false, false, 0];
  for (let i = 3; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'LEN') len = true;
    else if (word === 'IDX') idx = true;
    else if (word === 'WITHMATCHLEN') withLength = true;
    else if (word === 'MINMATCHLEN' && i + 1 < args.length) least = Number(parseLongLong(args[++i]!));
    else throw syntaxError();
  }
  if (len && idx) throw new ReplyError('ERR If you want both the length and indexes, please just use IDX.');
  return { len, idx, least, withLength };
}

/**
 * Fills a table of one row for each length of `a`'s beginning, and one column for each of `b`'s: how long their common
 * subsequence is. The first row and the first column are the empty beginnings.
 */
function lengthsOf(a: Uint8Array, b: Uint8Array, lengths: Uint32Array): Uint32Array {
  const width = b.length + 1;
  for (let i = 1; i <= a.length; i++) {
    const byte = a[i - 1];
    let left = 0;
    for (let j = 1, at = i * width + 1; j < width; j++, at++) {
      const above = lengths[at - width]!;
      if (byte === b[j - 1]) left = lengths[at - width - 1]! + 1;
      else if (above > left) left = above;
      lengths[at] = left;
    }
  }
  return lengths;
}

/** Goes back from the end of both strings, and calls `visit` for each pair of bytes that belong together. */
function walkBack(a: Uint8Array, b: Uint8Array, lengths: Uint32Array, visit: (i: number, j: number) => void): void {
  const width = b.length + 1;
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) visit(--i, --j);
    else if (lengths[(i - 1) * width + j]! > lengths[i * width + j - 1]!) i--;
    else j--;
  }
}

function subsequence(a: Uint8Array, b: Uint8Array, lengths: Uint32Array): string {
  const bytes = Buffer.alloc(lengths.at(-1)!);
  let at = bytes.length;
  walkBack(a, b, lengths, (i) => (bytes[--at] = a[i]!));
  return bytes.toString('latin1');
}

/** First and last place of a match. */
type Range = [number, number];

/** The matches in both strings, from the last one to the first. */
function matchesOf(a: Uint8Array, b: Uint8Array, lengths: Uint32Array): [Range, Range][] {
  const matches: [Range, Range][] = [];
  walkBack(a, b, lengths, (i, j) => {
    const last = matches.at(-1);
    if (last === undefined || last[0][0] !== i + 1 || last[1][0] !== j + 1) return void matches.push([[i, i], [j, j]]);
    last[0][0] = i;
    last[1][0] = j;
  });
  return matches;
}

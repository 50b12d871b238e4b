import { splitArguments } from '#shared/resp/split-arguments.ts';

/** One file of the log: a base, `b`; what was written since, `i`; or one that is not needed any more, `h`. */
export interface AofFile {
  /** Without a folder; a binary string. */
  readonly name: string;
  readonly seq: number;
  readonly type: 'b' | 'i' | 'h';
}

/** Which files make up the log, in order (Redis: `aofManifest`). A change makes a new one. */
export interface AofManifest {
  readonly base: AofFile | undefined;
  readonly incrs: readonly AofFile[];
  readonly history: readonly AofFile[];
  /** The numbers that were last given to a base, and to an incremental file. */
  readonly baseSeq: number;
  readonly incrSeq: number;
}

export const EMPTY_MANIFEST: AofManifest = { base: undefined, incrs: [], history: [], baseSeq: 0, incrSeq: 0 };

/** The longest line that Redis reads, in bytes. */
const MAX_LINE = 1024;

/** Why a manifest cannot be trusted. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Reads the text of a manifest, `file NAME seq NUMBER type LETTER` on each line; further pairs of words are left out
 * (Redis: `aofLoadManifestFromFile`). @throws ManifestError with the number of the line
 */
export function parseManifest(text: string): AofManifest {
  if (text === '') throw new ManifestError('it is empty');
  let base = undefined as AofFile | undefined;
  const incrs: AofFile[] = [];
  const history: AofFile[] = [];
  const lines = text.split('\n');
  const rest = lines.pop()!;
  if (rest !== '' && !rest.startsWith('#')) throw invalid(lines.length, 'the line has no end', rest);
  lines.forEach((line, at) => {
    if (line.startsWith('#')) return;
    const file = parseLine(line, at);
    if (file.type === 'h') history.push(file);
    else if (file.type === 'i') {
      if (file.seq <= (incrs.at(-1)?.seq ?? 0)) throw invalid(at, 'a sequence number that does not grow', line);
      incrs.push(file);
    } else if (base === undefined) base = file;
    else throw invalid(at, 'a second base file', line);
  });
  return { base, incrs, history, baseSeq: base?.seq ?? 0, incrSeq: lastIncrSeq([...incrs, ...history]) };
}

/** The text of a manifest: base, history, and what came since. */
export function formatManifest({ base, incrs, history }: AofManifest): string {
  const files = [...(base === undefined ? [] : [base]), ...history, ...incrs];
  return files.map(({ name, seq, type }) => `file ${quoted(name)} seq ${seq} type ${type}\n`).join('');
}

/** With a further file for what is written from now on: `NAME.SEQ.incr.aof`. */
export function withNextIncr(manifest: AofManifest, filename: string): AofManifest {
  const seq = manifest.incrSeq + 1;
  const file = { name: `${filename}.${seq}.incr.aof`, seq, type: 'i' as const };
  return { ...manifest, incrs: [...manifest.incrs, file], incrSeq: seq };
}

/** With a new base, `NAME.SEQ.base.rdb` or `.aof`; the old one is history (`getNewBaseFileNameAndMarkPreAsHistory`). */
export function withNextBase(manifest: AofManifest, filename: string, format: 'rdb' | 'aof'): AofManifest {
  const { base, history, baseSeq } = manifest;
  const seq = baseSeq + 1;
  return {
    ...manifest,
    base: { name: `${filename}.${seq}.base.${format}`, seq, type: 'b' },
    history: base === undefined ? history : [{ ...base, type: 'h' }, ...history],
    baseSeq: seq,
  };
}

/** Those that a base has made superfluous are history: all but the last `keep` (`markRewrittenIncrAofAsHistory`). */
export function withIncrsAsHistory(manifest: AofManifest, keep: number): AofManifest {
  const { incrs, history } = manifest;
  const old = incrs.slice(0, incrs.length - keep).map((file) => ({ ...file, type: 'h' as const }));
  return { ...manifest, incrs: incrs.slice(incrs.length - keep), history: [...old.reverse(), ...history] };
}

/** A file that is history and not removed yet still has its name. */
function lastIncrSeq(files: readonly AofFile[]): number {
  return files.reduce((last, { name, seq }) => (name.endsWith('.incr.aof') ? Math.max(last, seq) : last), 0);
}

function parseLine(line: string, at: number): AofFile {
  if (line.length + 1 > MAX_LINE) throw invalid(at, 'the line is too long', line.slice(0, 80));
  const words = splitArguments(line);
  if (words === null || words.length < 6 || words.length % 2 !== 0) throw invalid(at, 'wrong format', line);
  const pairs = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) pairs.set(words[i]!.toLowerCase(), words[i + 1]!);
  const name = pairs.get('file') ?? '';
  const seq = Number.parseInt(pairs.get('seq') ?? '', 10);
  const type = pairs.get('type')?.[0] ?? '';
  if (/[/\\]/.test(name)) throw invalid(at, "a file's name must not be a path", line);
  if (name === '' || type === '' || !Number.isSafeInteger(seq) || seq < 1) throw invalid(at, 'wrong format', line);
  if (type !== 'b' && type !== 'i' && type !== 'h') throw invalid(at, `unknown type of file '${type}'`, line);
  return { name, seq, type };
}

function invalid(at: number, reason: string, line: string): ManifestError {
  return new ManifestError(`line ${at + 1}: ${reason}: '${line}'`);
}

/** A name with spaces, quotes or unprintable characters is put in quotes (Redis: `sdscatrepr`). */
function quoted(name: string): string {
  if (name !== '' && !/[^\x21-\x7e]|["'\\]/.test(name)) return name;
  return `"${name.replace(/[^\x20-\x7e]|["\\]/g, escaped)}"`;
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

function escaped(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

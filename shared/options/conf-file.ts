import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { globMatch } from '../glob.ts';
import { splitArguments } from '../resp/split-arguments.ts';
import { binaryPath, fsPath, systemReason } from './paths.ts';
import { OptionError } from './types.ts';

/** One line of a redis.conf that says something, or a flag, which is treated as such a line is. */
export interface Directive {
  /** In lower case. */
  readonly name: string;
  readonly words: string[];
  /** The file as it was named, or '' for a flag, and the line's number from 1: for messages. */
  readonly file: string;
  readonly line: number;
  /** The line, or the flag, as it was given. */
  readonly text: string;
}

/**
 * Reads a redis.conf with all that it includes, in order (Redis: `loadServerConfig`). Paths are binary strings.
 * @throws OptionError with file, line and reason
 */
export function readConfFile(file: string): Directive[] {
  return read(file, []);
}

/**
 * The directives in one text: blank lines and lines that begin with `#` say nothing, words are quoted as
 * `splitArguments` knows it. `include` is a directive like any other here. @throws OptionError
 */
export function parseConf(text: string, file: string): Directive[] {
  return text.split('\n').flatMap((raw, at) => {
    const line = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    if (line === '' || line.startsWith('#')) return [];
    const words = splitArguments(line);
    if (words === null) throw new OptionError(`${file}:${at + 1}: ${line}: Unbalanced quotes in configuration line`);
    if (words.length === 0) return [];
    return [{ name: words[0]!.toLowerCase(), words: words.slice(1), file, line: at + 1, text: line }];
  });
}

/** What is wrong with a line. */
export function directiveError({ file, line, text }: Directive, reason: string): OptionError {
  return new OptionError(`${file === '' ? '' : `${file}:${line}: `}${text}: ${reason}`);
}

/** Relative paths are taken from where the server was started: `dir` changes the working directory later. */
const START = process.cwd();

/** @param outer the files that are being read: none of them may be included once more */
function read(file: string, outer: readonly string[]): Directive[] {
  const path = resolve(START, fsPath(file));
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new OptionError(`Fatal error, can't open config file '${fsPath(file)}': ${systemReason(error)}`);
  }
  const reading = [...outer, path];
  return parseConf(text, fsPath(file)).flatMap((directive) => {
    if (directive.name !== 'include') return [directive];
    if (directive.words.length !== 1) throw directiveError(directive, 'wrong number of arguments');
    return filesOf(directive.words[0]!).flatMap((included) => {
      if (reading.includes(resolve(START, fsPath(included)))) throw directiveError(directive, 'the file includes itself');
      return read(included, reading);
    });
  });
}

/** A path, or the files that a pattern finds, in order; none is no error (C's `glob`). */
function filesOf(pattern: string): string[] {
  if (!/[*?[]/.test(pattern)) return [pattern];
  const folders = dirname(pattern) === pattern ? [pattern] : filesOf(dirname(pattern));
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  const hidden = name.startsWith('.');
  return folders.flatMap((folder) => {
    const found = entries(folder).filter((entry) => entry.startsWith('.') === hidden && globMatch(name, entry));
    return found.map((entry) => (pattern.includes('/') ? join(folder, entry) : entry));
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(resolve(START, fsPath(folder))).map(binaryPath).sort();
  } catch {
    return [];
  }
}

import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import chalk from 'chalk';
import { fsPath, systemReason } from './options/paths.ts';

const LEVELS = ['debug', 'verbose', 'notice', 'warning'] as const;
export type LogLevel = (typeof LEVELS)[number];

let file: string | undefined;
let threshold = LEVELS.indexOf('notice');

/**
 * The server's log, on standard output, a line an event, as `serverLog` writes it:
 * `4211:M 20 Nov 2026 14:02:11.532 * Ready to accept connections`. Texts are shown as they are: no secrets go in here.
 */
export const log = {
  debug: (text: string) => write('debug', text),
  verbose: (text: string) => write('verbose', text),
  notice: (text: string) => write('notice', text),
  warning: (text: string) => write('warning', text),
  /** Events below this level are left out. */
  setLevel(level: LogLevel): void {
    threshold = LEVELS.indexOf(level);
  },
  /**
   * Events go to this file from now on, a binary string; '': to standard output. The file is opened for each event, so it
   * may be moved away, and a new one begins. @throws Error when it cannot be opened
   */
  setFile(path: string): void {
    try {
      file = path === '' ? undefined : resolve(fsPath(path));
      if (file !== undefined) appendFileSync(file, '');
    } catch (error) {
      file = undefined;
      throw new Error(`Can't open the log file: ${systemReason(error)}`);
    }
  },
  /** M primary, S replica, C background worker. */
  role: 'M',
};

const MARKS: Record<LogLevel, string> = { debug: '.', verbose: '-', notice: '*', warning: '#' };
const COLORS: Partial<Record<LogLevel, (mark: string) => string>> = { notice: chalk.cyan, warning: chalk.yellow };

// The process that read the log may end; the server goes on.
process.stdout.on('error', () => {});

function write(level: LogLevel, text: string): void {
  if (LEVELS.indexOf(level) < threshold) return;
  const head = `${process.pid}:${log.role} ${timestamp(new Date())}`;
  if (file !== undefined) return append(`${head} ${MARKS[level]} ${text}\n`);
  const mark = COLORS[level]?.(MARKS[level]) ?? MARKS[level];
  process.stdout.write(`${chalk.dim(head)} ${mark} ${level === 'warning' ? chalk.yellow(text) : text}\n`);
}

/** A full disk, or a folder that is gone, must not end the server. */
function append(line: string): void {
  try {
    appendFileSync(file!, line);
  } catch {
    // There is no other place to say so.
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function timestamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const millis = String(now.getMilliseconds()).padStart(3, '0');
  return `${two(now.getDate())} ${MONTHS[now.getMonth()]} ${now.getFullYear()} ${time}.${millis}`;
}

import chalk from 'chalk';

const LEVELS = ['debug', 'verbose', 'notice', 'warning'] as const;
export type LogLevel = (typeof LEVELS)[number];

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
  /** M primary, S replica, C background worker. */
  role: 'M',
};

const MARKS: Record<LogLevel, string> = {
  debug: '.',
  verbose: '-',
  notice: chalk.cyan('*'),
  warning: chalk.yellow('#'),
};

// Whoever read the log may go away; the server stays.
process.stdout.on('error', () => {});

function write(level: LogLevel, text: string): void {
  if (LEVELS.indexOf(level) < threshold) return;
  const head = chalk.dim(`${process.pid}:${log.role} ${timestamp(new Date())}`);
  process.stdout.write(`${head} ${MARKS[level]} ${level === 'warning' ? chalk.yellow(text) : text}\n`);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function timestamp(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const millis = String(now.getMilliseconds()).padStart(3, '0');
  return `${two(now.getDate())} ${MONTHS[now.getMonth()]} ${now.getFullYear()} ${time}.${millis}`;
}

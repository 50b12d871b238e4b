import { REDIS_VERSION } from '../redis-version.ts';
import { ReplyError, Verbatim, type Reply } from '../resp/reply.ts';
import type { CommandRow } from './command.ts';

/** Commands that need nothing of the server, such as those by which tools probe it. */
export const probeRows: readonly CommandRow<Request>[] = [
  {
    name: 'time',
    arity: 1,
    flags: 'loading stale fast',
    tips: 'nondeterministic_output',
    since: '2.6.0',
    summary: "The server's clock: Unix time in seconds, and microseconds.",
    run: time,
  },
  {
    name: 'lolwut',
    arity: -1,
    flags: 'readonly fast',
    since: '5.0.0',
    summary: 'The version; in Redis, with a picture.',
    syntax: '[VERSION <version>]',
    run: lolwut,
  },
  {
    name: 'module',
    arity: -2,
    flags: '',
    since: '4.0.0',
    helpSince: '5.0.0',
    summary: 'For modules, of which this server has none.',
    subcommands: [
      {
        name: 'list',
        arity: 2,
        flags: 'admin noscript',
        tips: 'nondeterministic_output_order',
        since: '4.0.0',
        summary: 'The modules: none.',
        run: () => [],
      },
    ],
  },
];

interface Request {
  readonly args: readonly string[];
}

function lolwut({ args }: Request): Reply {
  const [, word, version] = args;
  if (version !== undefined && word!.toLowerCase() === 'version' && !/^-?\d{1,18}$/.test(version)) {
    throw new ReplyError('ERR value is not an integer or out of range');
  }
  return new Verbatim('txt', `Redis ver. ${REDIS_VERSION}\n`);
}

/** The difference between the clock with microseconds and the system's clock, which may be set; ms. */
let offset = performance.timeOrigin;
const MAX_DRIFT_MS = 2;

function time(): Reply {
  const wall = Date.now();
  if (Math.abs(offset + performance.now() - wall) > MAX_DRIFT_MS) offset = wall - performance.now();
  const now = offset + performance.now();
  const seconds = Math.floor(now / 1000);
  return [String(seconds), String(Math.floor((now - seconds * 1000) * 1000))];
}

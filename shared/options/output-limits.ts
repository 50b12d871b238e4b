import { memory, type OptionType } from './types.ts';

/** How much may wait for a client until it is cut off: at once, or after some time (`clientBufferLimitsConfig`). */
export interface OutputLimit {
  /** Bytes; 0: no limit. */
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

/** A limit for each class of clients: ordinary ones, replicas (from stage 08 on), subscribers (09). */
export type OutputLimits = Readonly<Record<ClientClass, OutputLimit>>;

export type ClientClass = 'normal' | 'replica' | 'pubsub';

const CLASSES: readonly ClientClass[] = ['normal', 'replica', 'pubsub'];
const MB = 1024 ** 2;
const BYTES = memory({ default: 0, help: '' });

/** Redis has no limit for normal clients. Here there is one: what all clients leave unread must not end the process. */
const DEFAULTS: OutputLimits = {
  normal: { hard: 1024 * MB, soft: 0, softSeconds: 0 },
  replica: { hard: 256 * MB, soft: 64 * MB, softSeconds: 60 },
  pubsub: { hard: 32 * MB, soft: 8 * MB, softSeconds: 60 },
};

/**
 * `client-output-buffer-limit <class> <hard> <soft> <soft seconds>`, several times if need be: a class that is not
 * named keeps its limit. CONFIG GET shows the class `replica` by its old name, as Redis does.
 */
export function outputLimits(row: { help: string }): OptionType<OutputLimits> {
  return {
    ...row,
    default: DEFAULTS,
    placeholder: '<class> <hard> <soft> <seconds> …',
    severalWords: true,
    parse,
    format: (limits) => CLASSES.map((name) => [oldName(name), ...numbers(limits[name])].join(' ')).join(' '),
    lines: (limits) => CLASSES.map((name) => [name, ...numbers(limits[name])]),
  };
}

/** Since when more is waiting than a soft limit allows; ms since 1970, 0: it is not. */
export interface SoftLimitState {
  softLimitSince: number;
}

/** Whether `waiting` bytes are too many at once, or have been for too long (Redis: `checkClientOutputBufferLimits`). */
export function passesLimit(state: SoftLimitState, { hard, soft, softSeconds }: OutputLimit, waiting: number): boolean {
  if (hard > 0 && waiting >= hard) return true;
  if (soft === 0 || waiting < soft) {
    state.softLimitSince = 0;
    return false;
  }
  const now = Date.now();
  state.softLimitSince ||= now;
  return now - state.softLimitSince > softSeconds * 1000;
}

function parse(words: string[], before = DEFAULTS): OutputLimits {
  if (words.length === 1 && words[0] === '') return before;
  if (words.length === 0 || words.length % 4 !== 0) {
    throw new Error('Wrong number of arguments in buffer limit configuration.');
  }
  const limits: Record<ClientClass, OutputLimit> = { ...before };
  for (let i = 0; i < words.length; i += 4) limits[clientClass(words[i]!)] = limit(words.slice(i + 1, i + 4));
  return limits;
}

function clientClass(word: string): ClientClass {
  const name = word.toLowerCase();
  const found = CLASSES.find((known) => known === name || oldName(known) === name);
  if (found === undefined) throw new Error('Invalid client class specified in buffer limit configuration.');
  return found;
}

function oldName(name: ClientClass): string {
  return name === 'replica' ? 'slave' : name;
}

function limit([hard, soft, seconds]: string[]): OutputLimit {
  try {
    if (!/^\d{1,10}$/.test(seconds!)) throw new Error('no number');
    return { hard: BYTES.parse([hard!]), soft: BYTES.parse([soft!]), softSeconds: Number(seconds) };
  } catch {
    throw new Error('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
  }
}

function numbers({ hard, soft, softSeconds }: OutputLimit): string[] {
  return [hard, soft, softSeconds].map(String);
}

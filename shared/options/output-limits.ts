import { memory, type OptionType } from './types.ts';

/** How much may wait for a client until it is cut off: at once, or after some time (`clientBufferLimitsConfig`). */
export interface OutputLimit {
  /** Bytes; 0: no limit. */
  readonly hard: number;
  readonly soft: number;
  readonly softSeconds: number;
}

/** By the class of clients: those that ask, replicas, those that have subscribed. */
export type OutputLimits = Readonly<Record<ClientClass, OutputLimit>>;

type ClientClass = 'normal' | 'slave' | 'pubsub';

const CLASSES: readonly ClientClass[] = ['normal', 'slave', 'pubsub'];
const MB = 1024 ** 2;
const BYTES = memory({ default: 0, help: '' });

const DEFAULTS: OutputLimits = {
  normal: { hard: 0, soft: 0, softSeconds: 0 },
  slave: { hard: 256 * MB, soft: 64 * MB, softSeconds: 60 },
  pubsub: { hard: 32 * MB, soft: 8 * MB, softSeconds: 60 },
};

/**
 * `client-output-buffer-limit <class> <hard> <soft> <soft seconds>`, several times if need be: a class that is not
 * named keeps the limit that it has by default. The class `replica` is told by its old name, as Redis does.
 */
export function outputLimits(row: { help: string }): OptionType<OutputLimits> {
  return {
    ...row,
    default: DEFAULTS,
    placeholder: '<class> <hard> <soft> <seconds> …',
    severalWords: true,
    parse,
    format: (limits) => CLASSES.map((name) => [name, ...numbers(limits[name])].join(' ')).join(' '),
    lines: (limits) => CLASSES.map((name) => [name === 'slave' ? 'replica' : name, ...numbers(limits[name])]),
    add: (limits, more) => ({ ...limits, ...changed(more) }),
  };
}

function parse(words: string[]): OutputLimits {
  if (words.length === 0 || words.length % 4 !== 0) {
    throw new Error('Wrong number of arguments in buffer limit configuration.');
  }
  const limits: Record<ClientClass, OutputLimit> = { ...DEFAULTS };
  for (let i = 0; i < words.length; i += 4) limits[clientClass(words[i]!)] = limit(words.slice(i + 1, i + 4));
  return limits;
}

function clientClass(word: string): ClientClass {
  const name = word.toLowerCase() === 'replica' ? 'slave' : word.toLowerCase();
  const found = CLASSES.find((known) => known === name);
  if (found === undefined) throw new Error('Invalid client class specified in buffer limit configuration.');
  return found;
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

/** The classes whose limit is another than by default. */
function changed(limits: OutputLimits): Partial<OutputLimits> {
  const names = CLASSES.filter((name) => limits[name] !== DEFAULTS[name]);
  return Object.fromEntries(names.map((name) => [name, limits[name]]));
}

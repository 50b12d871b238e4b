import { PushReply, type Decoded } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { encodeExpected, map, nilArray, push, status, type Expected, type Protocol } from './expected.ts';
import type { Failure } from './failure.ts';
import { children } from './children.ts';
import { escapeBytes } from './show.ts';

/** What the server sent for one expected reply: the bytes, and their value, or why they are no complete reply. */
export interface Arrival {
  raw: string;
  value?: Decoded;
  ending?: string;
  /** Nothing more came in time. */
  late?: boolean;
}

/** What an expectation needs of its connection. */
interface Source {
  readonly sent: readonly string[] | string | null;
  protocol(): Protocol;
  settled(expected?: string, due?: number): Promise<Arrival>;
  fail(failure: Failure, site: Error): never;
}

/**
 * One reply to come. Each method asserts it, byte for byte where the type has one right form, and resolves to its
 * value.
 */
export class Expectation {
  private readonly source: Source;
  /** When the reply is due, Unix time in ms; undefined: its time begins when the test awaits it. */
  private due: number | undefined;

  constructor(source: Source) {
    this.source = source;
  }

  /** For a reply that is to come late, such as that of a blocked BLPOP: its timeout begins `ms` later. */
  dueIn(ms: number): this {
    this.due = Date.now() + ms;
    return this;
  }

  /** The decoded reply, whatever it is; an error reply is a value. */
  get reply(): Promise<Decoded> {
    return this.arrived('a reply', new Error()).then(({ value }) => value!);
  }

  /** The encoded reply, whatever it is. */
  get bytes(): Promise<string> {
    return this.arrived('a reply', new Error()).then(({ raw }) => raw);
  }

  ok(): Promise<Decoded> {
    return this.exactly(status('OK'));
  }

  status(text: string): Promise<Decoded> {
    return this.exactly(status(text));
  }

  bulk(text: string): Promise<Decoded> {
    return this.exactly(text);
  }

  /** `$-1` in RESP2, `_` in RESP3. */
  nil(): Promise<Decoded> {
    return this.exactly(null);
  }

  /** `*-1` in RESP2, `_` in RESP3. */
  nilArray(): Promise<Decoded> {
    return this.exactly(nilArray);
  }

  int(value: number | bigint | string): Promise<Decoded> {
    return this.exactly(BigInt(value));
  }

  /** In this order; see `Expected` for the elements. */
  array(items: readonly Expected[]): Promise<Decoded> {
    return this.exactly(items);
  }

  push(items: readonly Expected[]): Promise<Decoded> {
    return this.exactly(push(items));
  }

  /** An error reply with exactly this text, its code included. */
  error(text: string): Promise<Decoded> {
    return this.exactly({ wire: () => `-${text}\r\n` });
  }

  errorLike(pattern: RegExp): Promise<Decoded> {
    return this.matches(
      (value) => value instanceof ReplyError && pattern.test(value.message),
      `an error reply like ${pattern}`,
    );
  }

  /** Any reply but an error. */
  success(): Promise<Decoded> {
    return this.matches((value) => !(value instanceof ReplyError), 'any reply but an error');
  }

  /** A set in any order: an array in RESP2, `~` in RESP3. */
  set(members: readonly Expected[]): Promise<Decoded> {
    return this.unordered(this.source.protocol() === 3 ? '~' : '*', members, 1);
  }

  /** An array in any order, in both protocols. */
  anyOrder(items: readonly Expected[]): Promise<Decoded> {
    return this.unordered('*', items, 1);
  }

  /** A map in any order: a flat array in RESP2, `%` in RESP3. */
  map(fields: Record<string, Expected>): Promise<Decoded> {
    return this.unordered(this.source.protocol() === 3 ? '%' : '*', Object.entries(fields).flat(), 2);
  }

  /** A map in the order given. */
  orderedMap(fields: Record<string, Expected>): Promise<Decoded> {
    return this.exactly(map(fields));
  }

  /** A double, compared as a number: a bulk string in RESP2, `,` in RESP3. A string is compared as text. */
  double(expected: number | string): Promise<Decoded> {
    const type = this.source.protocol() === 3 ? ',' : '$';
    return this.check(`the double ${expected}`, (value, raw) => {
      if (raw[0] !== type) return false;
      const text = type === ',' ? raw.slice(1, -2) : String(value);
      return typeof expected === 'string' ? text === expected : Object.is(toNumber(text), expected);
    });
  }

  /**
   * For replies that no other method can assert: `test` returns false, or throws, when the decoded reply is wrong; `what`
   * describes the right one.
   */
  matches(test: (value: Decoded) => boolean | void, what: string): Promise<Decoded> {
    return this.check(what, (value) => test(value) !== false);
  }

  /** Exactly these bytes, in the connection's protocol. */
  private async exactly(expected: Expected): Promise<Decoded> {
    const site = new Error();
    const bytes = encodeExpected(expected, this.source.protocol());
    const { raw, value, ending, late } = await this.source.settled(bytes, this.due);
    if (raw !== bytes || ending) {
      this.source.fail({ sent: this.source.sent, expected: { bytes }, received: raw, ending, late }, site);
    }
    return value!;
  }

  private unordered(type: string, items: readonly Expected[], group: 1 | 2): Promise<Decoded> {
    const wanted = grouped(
      items.map((item) => encodeExpected(item, this.source.protocol())),
      group,
    );
    const kind = type === '%' || group === 2 ? 'field-value pairs' : 'elements';
    const shown = wanted.map((item) => `"${escapeBytes(item)}"`).join(' ');
    const what = `${type}: in any order, the ${wanted.length} ${kind} ${shown}`;
    return this.check(what, (value, raw) => {
      if (raw[0] !== type || value === null) return false;
      const came = grouped(children(raw), group);
      return came.length === wanted.length && came.sort().join() === wanted.sort().join();
    });
  }

  private async check(what: string, test: (value: Decoded, raw: string) => boolean): Promise<Decoded> {
    const site = new Error();
    const { raw, value } = await this.arrived(what, site);
    let problem: string | undefined;
    try {
      if (test(value!, raw)) return value!;
    } catch (error) {
      problem = `the check said: ${(error as Error).message}`;
    }
    return this.source.fail(
      { sent: this.source.sent, expected: { words: what }, received: raw, ending: problem },
      site,
    );
  }

  private async arrived(what: string, site: Error): Promise<Arrival> {
    const arrival = await this.source.settled(undefined, this.due);
    if (!arrival.ending) return arrival;
    return this.source.fail(
      { sent: this.source.sent, expected: { words: what }, received: arrival.raw, ending: arrival.ending, late: arrival.late },
      site,
    );
  }
}

/** The items of a decoded array, set or push. @throws Error when it is none of them. */
export function items(value: Decoded): Decoded[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (value instanceof PushReply) return value.items;
  throw new Error('not an array');
}

function grouped(items: string[], group: 1 | 2): string[] {
  if (group === 1) return items;
  return items.flatMap((item, at) => (at % 2 === 0 ? [item + (items[at + 1] ?? '')] : []));
}

function toNumber(text: string): number {
  const named: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
  return named[text] ?? Number(text);
}

import { formatDouble } from '#shared/numbers/double.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import { Hash } from '../../store/hash-value.ts';
import { List } from '../../store/list.ts';
import { RawString } from '../../store/raw-string.ts';
import { SetValue } from '../../store/set-value.ts';
import { SortedSet } from '../../store/sorted-set/sorted-set.ts';
import { Stream } from '../../store/stream.ts';
import type { Value } from '../../store/value.ts';
import { CommandOutput } from '../command-output.ts';
import type { RdbOutput } from '../rdb/output.ts';
import type { SnapshotFormat } from '../snapshot.ts';
import { streamCommands } from './stream.ts';

/** Elements that one command adds (Redis: AOF_REWRITE_ITEMS_PER_CMD). */
const ITEMS_PER_COMMAND = 64;
/** Commands after which the caller may look at the clock. */
const STEP = 16;

/** A snapshot as the commands that make it: a base with `aof-use-rdb-preamble no` (Redis: `rewriteAppendOnlyFileRio`). */
export class AofFormat implements SnapshotFormat {
  readonly compression = false;
  private readonly commands = new CommandOutput();
  private selected = -1;
  private readonly libraries: readonly string[];

  /** `libraries`: the source of each library of functions. */
  constructor(libraries: readonly string[]) {
    this.libraries = libraries;
  }

  begin(out: RdbOutput): void {
    for (const source of this.libraries) this.commands.command(['FUNCTION', 'LOAD', source]);
    this.handOver(out);
  }

  entry(out: RdbOutput, db: number, key: string, value: Value, at: Int64 | undefined): Iterator<void> | undefined {
    if (db !== this.selected) this.commands.command(['SELECT', String(db)]);
    this.selected = db;
    const steps = this.steps(out, key, value, at);
    return steps.next().done ? undefined : steps;
  }

  end(): void {}

  trailer(): Buffer {
    return Buffer.alloc(0);
  }

  private *steps(out: RdbOutput, key: string, value: Value, at: Int64 | undefined): Generator<void> {
    let count = 0;
    for (const command of valueCommands(key, value)) {
      this.commands.command(command);
      if (++count % STEP !== 0) continue;
      this.handOver(out);
      yield;
    }
    if (at !== undefined) this.commands.command(['PEXPIREAT', key, String(at)]);
    this.handOver(out);
  }

  private handOver(out: RdbOutput): void {
    out.bytes(this.commands.bytes());
    this.commands.drop(this.commands.size);
  }
}

function* valueCommands(key: string, value: Value): Generator<string[]> {
  if (typeof value === 'string') yield ['SET', key, value];
  else if (value instanceof RawString) yield ['SET', key, value.toString()];
  else if (value instanceof List) yield* listCommands(key, value);
  else if (value instanceof SetValue) yield* setCommands(key, value);
  else if (value instanceof Hash) yield* hashCommands(key, value);
  else if (value instanceof Stream) yield* streamCommands(key, value);
  else if (value instanceof SortedSet) yield* sortedSetCommands(key, value);
  else throw new Error(`no commands for ${value.type}`);
}

function* listCommands(key: string, list: List): Generator<string[]> {
  for (let at = 0; at < list.length; at += ITEMS_PER_COMMAND) {
    yield ['RPUSH', key, ...list.range(at, Math.min(at + ITEMS_PER_COMMAND, list.length) - 1)];
  }
}

function* setCommands(key: string, set: SetValue): Generator<string[]> {
  let cursor = 0;
  do {
    const members: string[] = [];
    cursor = set.scan(cursor, ITEMS_PER_COMMAND, (member) => members.push(member));
    yield* inBatches(['SADD', key], members, ITEMS_PER_COMMAND);
  } while (cursor !== 0);
}

function* hashCommands(key: string, hash: Hash): Generator<string[]> {
  let cursor = 0;
  do {
    const pairs: string[] = [];
    cursor = hash.scan(cursor, ITEMS_PER_COMMAND, (field, value) => pairs.push(field, value));
    yield* inBatches(['HMSET', key], pairs, ITEMS_PER_COMMAND * 2);
  } while (cursor !== 0);
}

function* sortedSetCommands(key: string, set: SortedSet): Generator<string[]> {
  for (let at = 0; at < set.size; at += ITEMS_PER_COMMAND) {
    const { members, scores } = set.range(at, ITEMS_PER_COMMAND);
    yield ['ZADD', key, ...members.flatMap((member, i) => [formatDouble(scores[i]!), member])];
  }
}

function* inBatches(head: readonly string[], words: readonly string[], size: number): Generator<string[]> {
  for (let at = 0; at < words.length; at += size) yield [...head, ...words.slice(at, at + size)];
}

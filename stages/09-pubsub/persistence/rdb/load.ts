import { log } from '#shared/log.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import type { Database } from '../../store/database.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import type { Value } from '../../store/value.ts';
import { RdbError, readable } from './error.ts';
import type { RdbInput } from './input.ts';
import { isValueType, readValue } from './read-value.ts';
import { skipModuleAux } from './skip-module.ts';
import { RDB_OPCODE, RDB_VERSION_MAX } from './types.ts';

/** Where the keys of a file go, and how. */
export interface RdbTarget {
  readonly keyspace: Keyspace;
  /** Keys whose deadline is before this Unix time in ms are left out, as on a primary. */
  readonly now: number;
  /** A key that is there already gets the value of the file, where it would else be an error (DEBUG RELOAD MERGE). */
  readonly merge?: boolean;
}

/** Bytes between two looks at the clock. */
const BATCH_BYTES = 4096;
/** Type, name and value take at least a byte each. */
const KEY_BYTES_MIN = 3;
/** Nine bytes: `REDIS` and four digits. */
const MAGIC_BYTES = 9;
/** So many lines about empty keys are enough. */
const EMPTY_KEYS_LOGGED = 10;

/** Loads an RDB file step by step, so that the event loop can run between two steps (Redis: `rdbLoadRio`). */
export class RdbLoader {
  /** The file's own facts: `redis-ver`, `repl-id`, … */
  readonly aux = new Map<string, string>();
  /** The source code of libraries of functions. */
  readonly libraries: string[] = [];
  keysLoaded = 0;
  keysExpired = 0;
  /** Which those are, where the file belongs to a history that others may continue. */
  readonly expired: [db: number, key: string][] = [];
  emptyKeysSkipped = 0;
  /** The version of the format, once the first step is done. */
  version = 0;
  private readonly input: RdbInput;
  private readonly target: RdbTarget;
  private db: Database;
  /** Facts about the next key, from the opcodes in front of it. */
  private expireAt: Int64 | undefined;
  private idle: number | undefined;
  private count: number | undefined;
  private done = false;

  /** `input`: from the first byte of the file on. After the load, its position is after the last byte. */
  constructor(input: RdbInput, target: RdbTarget) {
    this.input = input;
    this.target = target;
    this.db = target.keyspace.databases[0]!;
  }

  /**
   * Loads until `until` (ms, performance.now), but a value as a whole.
   * @returns whether all is loaded
   * @throws RdbError: what has been loaded so far stays
   */
  step(until: number): boolean {
    if (this.version === 0) this.readHeader();
    while (!this.done) {
      const batchEnd = this.input.offset + BATCH_BYTES;
      while (!this.done && this.input.offset < batchEnd) this.next();
      if (performance.now() >= until) break;
    }
    return this.done;
  }

  private readHeader(): void {
    const magic = this.input.bytes(MAGIC_BYTES).toString('latin1');
    if (!magic.startsWith('REDIS')) throw new RdbError('wrong signature: this is no RDB file', 0);
    const version = /^\d{4}$/.test(magic.slice(5)) ? Number(magic.slice(5)) : 0;
    if (version < 1 || version > RDB_VERSION_MAX) {
      throw new RdbError(`cannot handle RDB format version ${readable(magic.slice(5))}`, 5);
    }
    this.version = version;
  }

  /** A key with its value, or an opcode with what belongs to it. */
  private next(): void {
    const { input } = this;
    const type = input.byte();
    if (isValueType(type)) return this.readKey(type);
    switch (type) {
      case RDB_OPCODE.EXPIRETIME:
        this.expireAt = input.int32LE() * 1000;
        return;
      case RDB_OPCODE.EXPIRETIME_MS:
        this.expireAt = input.milliseconds();
        return;
      case RDB_OPCODE.IDLE:
        this.idle = input.length();
        return;
      case RDB_OPCODE.FREQ:
        this.count = input.byte();
        return;
      case RDB_OPCODE.SELECTDB:
        return this.select(input.length());
      case RDB_OPCODE.RESIZEDB:
        return this.reserve(input.length(), input.length());
      case RDB_OPCODE.SLOT_INFO:
        for (let i = 0; i < 3; i++) input.length();
        return;
      case RDB_OPCODE.AUX:
        this.aux.set(input.string(), input.string());
        return;
      case RDB_OPCODE.FUNCTION2:
        this.libraries.push(input.string());
        return;
      case RDB_OPCODE.FUNCTION_PRE_GA:
        throw input.error('functions in the format of a release candidate of Redis 7.0');
      case RDB_OPCODE.MODULE_AUX:
        return skipModuleAux(input);
      case RDB_OPCODE.EOF:
        return this.readEnd();
      default:
        throw input.error(`unknown type or opcode: ${type}`);
    }
  }

  private select(index: number): void {
    const { databases } = this.target.keyspace;
    const db = databases[index];
    if (db === undefined) throw this.input.error(`database ${index}, where there are ${databases.length}`);
    this.db = db;
  }

  /** The sizes of the database that follows: a hint, believed as far as the rest of the file could hold it. */
  private reserve(keys: number, volatile: number): void {
    const most = this.input.remaining === undefined ? 0 : this.input.remaining / KEY_BYTES_MIN;
    const { dict, expiry } = this.db.contents();
    dict.reserve(Math.min(keys, most));
    expiry.reserve(Math.min(volatile, most));
  }

  private readKey(type: number): void {
    const { input, expireAt, idle, count } = this;
    this.expireAt = undefined;
    this.idle = undefined;
    this.count = undefined;
    const key = input.string();
    const value = readNamedValue(input, type, key);
    if (typeof value !== 'string' && value.isEmpty) this.skipEmpty(key);
    else if (expireAt !== undefined && this.hasExpired(expireAt)) this.leaveOut(key);
    else {
      this.add(key, value, expireAt);
      this.db.restoreUse(key, idle, count);
      this.keysLoaded++;
    }
  }

  private hasExpired(expireAt: Int64): boolean {
    // A log goes on with commands that may name the keys: all are kept.
    if (!this.target.keyspace.expires) return false;
    // A replica leaves expiry to its primary.
    if (!this.target.keyspace.removesExpired) return false;
    return expireAt < this.target.now;
  }

  private add(key: string, value: Value, expireAt: Int64 | undefined): void {
    const { db, input, target } = this;
    if (db.load(key, value, expireAt)) return;
    if (!target.merge) throw new RdbError(`the key stands twice in database ${db.index}`, input.offset, key);
    db.set(key, value, null);
    if (expireAt !== undefined) db.setExpire(key, expireAt, null);
  }

  private leaveOut(key: string): void {
    this.keysExpired++;
    if (this.aux.has('repl-id')) this.expired.push([this.db.index, key]);
  }

  private skipEmpty(key: string): void {
    if (this.emptyKeysSkipped++ < EMPTY_KEYS_LOGGED) log.notice(`Skipping a key without elements: ${readable(key)}`);
  }

  /** Since version 5 the file ends with a checksum of all bytes before it; 0: none was computed. */
  private readEnd(): void {
    this.done = true;
    if (this.version < 5) return;
    const computed = this.input.digest();
    const expected = this.input.bytes(8);
    if (computed === undefined || expected.every((byte) => byte === 0)) return;
    if (!computed.equals(expected)) throw this.input.error('wrong checksum: the file is damaged');
  }
}

/** As `readValue`; errors name the key. */
function readNamedValue(input: RdbInput, type: number, key: string): Value {
  try {
    return readValue(input, type);
  } catch (error) {
    if (error instanceof RdbError) throw new RdbError(error.reason, error.offset, key);
    throw error;
  }
}

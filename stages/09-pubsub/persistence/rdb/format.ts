import type { Crc64 } from '#shared/codecs/crc64.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import type { Value } from '../../store/value.ts';
import type { EntrySteps, SnapshotDatabase, SnapshotFormat } from '../snapshot.ts';
import type { RdbOutput } from './output.ts';
import { RDB_OPCODE } from './types.ts';
import type { UseWriter } from './write-use.ts';
import { valueType, writeValueInSteps } from './write-value.ts';

export interface RdbFormatOptions {
  /** Version of the format, 9 to 11: which encodings the reader understands. */
  readonly version: number;
  readonly compression: boolean;
  /** Whether the file ends with a checksum; without one it ends with eight zero bytes. */
  readonly checksum: boolean;
  /** Writes how a key was used, where the policy goes by that. */
  readonly writeUse: UseWriter | undefined;
  /** Facts about the file, as pairs of name and value. */
  readonly aux: readonly (readonly [name: string, value: string])[];
}

/**
 * A snapshot as an RDB file (Redis: `rdbSaveRio`): magic and version, AUX fields, per key its deadline, type, name and
 * value, after the number of its database; then the end, and a checksum.
 */
export class RdbFormat implements SnapshotFormat {
  readonly compression: boolean;
  readonly wantsUse: boolean;
  private readonly options: RdbFormatOptions;
  /** The database that the file has selected last. */
  private selected = -1;
  /** Databases whose sizes have not been written yet. */
  private readonly sizes = new Map<number, SnapshotDatabase>();

  constructor(options: RdbFormatOptions) {
    this.options = options;
    this.compression = options.compression;
    this.wantsUse = options.writeUse !== undefined;
  }

  begin(out: RdbOutput, databases: readonly SnapshotDatabase[]): void {
    out.bytes(Buffer.from(`REDIS${String(this.options.version).padStart(4, '0')}`));
    for (const [name, value] of this.options.aux) {
      out.byte(RDB_OPCODE.AUX);
      out.string(name);
      out.string(value);
    }
    for (const db of databases) this.sizes.set(db.index, db);
  }

  entry(out: RdbOutput, db: number, key: string, value: Value, at: Int64 | undefined, use: number): EntrySteps {
    if (db !== this.selected) this.select(out, db);
    if (at !== undefined) {
      out.byte(RDB_OPCODE.EXPIRETIME_MS);
      out.milliseconds(at);
    }
    this.options.writeUse?.(out, use);
    out.byte(valueType(value, this.options.version));
    out.string(key);
    if (typeof value === 'string') {
      out.string(value);
      return undefined;
    }
    const steps = writeValueInSteps(out, value, this.options.version);
    return steps.next().done ? undefined : steps;
  }

  end(out: RdbOutput): void {
    out.byte(RDB_OPCODE.EOF);
  }

  trailer(crc: Crc64): Buffer {
    return this.options.checksum ? crc.digest() : Buffer.alloc(8);
  }

  private select(out: RdbOutput, db: number): void {
    this.selected = db;
    out.byte(RDB_OPCODE.SELECTDB);
    out.length(db);
    const sizes = this.sizes.get(db);
    if (sizes === undefined) return;
    this.sizes.delete(db);
    out.byte(RDB_OPCODE.RESIZEDB);
    out.length(sizes.size);
    out.length(sizes.volatileSize);
  }
}

import { Crc64 } from '#shared/codecs/crc64.ts';
import { keyAt } from '#shared/commands/key-specs.ts';
import { log } from '#shared/log.ts';
import type { Int64 } from '#shared/numbers/int64.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { RdbError } from '../../persistence/rdb/error.ts';
import { RdbInput } from '../../persistence/rdb/input.ts';
import { RdbOutput } from '../../persistence/rdb/output.ts';
import { readValue } from '../../persistence/rdb/read-value.ts';
import { RDB_VERSION_MAX } from '../../persistence/rdb/types.ts';
import { valueType, writeValue } from '../../persistence/rdb/write-value.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import type { Value } from '../../store/value.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { MILLISECONDS, parseExpireTime } from './expire-time.ts';

/** Values as bytes, for another server to take. */
export const dump: Family = {
  group: 'generic',
  rows: [
    {
      name: 'dump',
      arity: 2,
      flags: 'readonly',
      keys: [keyAt(1, 'RO access')],
      tips: 'nondeterministic_output',
      since: '2.6.0',
      summary: 'The value of a key as bytes for RESTORE.',
      run: dumpKey,
    },
    {
      name: 'restore',
      arity: -4,
      flags: 'write denyoom',
      keys: [keyAt(1, 'OW update')],
      categories: 'dangerous',
      since: '2.6.0',
      summary: 'Gives a key a value that DUMP has made.',
      run: restore,
    },
  ],
};

/** After the value: the version of the format, 16 bits, and a checksum of all before it, 64 bits. */
const FOOTER_BYTES = 10;

/** A value as in an RDB file, and the footer (Redis: `createDumpPayload`). */
function dumpKey({ db, args, server }: Request): Reply {
  const value = db.lookupRead(args[1]!);
  return value === undefined ? null : dumpPayload(value, server.options['rdb-version'], server.options.rdbcompression);
}

/** The bytes of a value for RESTORE, in a version of the format. */
export function dumpPayload(value: Value, version: number, compresses: boolean): string {
  const out = new RdbOutput(compresses);
  out.byte(valueType(value, version));
  writeValue(out, value, version);
  out.byte(version);
  out.byte(0);
  const payload = out.take();
  return payload.toString('latin1') + new Crc64().update(payload).digest().toString('latin1');
}

/** `RESTORE key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]` */
function restore(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const { replace, absolute, idle, frequency } = parseRestoreOptions(args);
  if (!replace && db.lookupWrite(key) !== undefined) throw new ReplyError('BUSYKEY Target key name already exists.');
  const ttl = parseLongLong(args[2]!);
  if (ttl < 0) throw new ReplyError('ERR Invalid TTL value, must be >= 0');
  const value = parsePayload(args[3]!);
  if (typeof value !== 'string') expectRoom(request, value.bytes);
  const at = ttl === 0 ? undefined : parseExpireTime(request, args[2]!, MILLISECONDS, absolute ? 0 : Date.now());
  if (at !== undefined && request.db.hasPassed(at)) return restoreExpired(request, key, replace);
  if (replace) db.delete(key, null);
  db.set(key, value, 'restore');
  if (at !== undefined) db.setExpire(key, at, null);
  db.restoreUse(key, idle, frequency);
  if (at !== undefined && !absolute) request.propagateAs(absoluteForm(args, at));
  return OK;
}

/** A value whose deadline has passed only removes the key. */
function restoreExpired(request: Request, key: string, replace: boolean): Reply {
  if (replace && request.db.delete(key)) request.propagateAs(['DEL', key]);
  return OK;
}

/** To the AOF and the replicas a deadline goes that does not depend on when they read it. */
function absoluteForm(args: readonly string[], at: Int64): string[] {
  return ['RESTORE', args[1]!, String(at), ...args.slice(3), 'ABSTTL'];
}

interface RestoreOptions {
  readonly replace: boolean;
  readonly absolute: boolean;
  /** Seconds since the key was used. */
  readonly idle: number | undefined;
  /** How often it was used, as an LFU policy counts. */
  readonly frequency: number | undefined;
}

function parseRestoreOptions(args: readonly string[]): RestoreOptions {
  let replace = false;
  let absolute = false;
  let idle: number | undefined;
  let frequency: number | undefined;
  for (let i = 4; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    const more = i + 1 < args.length;
    if (word === 'REPLACE') replace = true;
    else if (word === 'ABSTTL') absolute = true;
    else if (word === 'IDLETIME' && more && frequency === undefined) {
      idle = Number(parseLongLong(args[++i]!));
      if (idle < 0) throw new ReplyError('ERR Invalid IDLETIME value, must be >= 0');
    } else if (word === 'FREQ' && more && idle === undefined) {
      frequency = Number(parseLongLong(args[++i]!));
      if (frequency < 0 || frequency > 255) throw new ReplyError('ERR Invalid FREQ value, must be >= 0 and <= 255');
    } else throw syntaxError();
  }
  return { replace, absolute, idle, frequency };
}

/** Redis: `verifyDumpPayload`, then the value. */
function parsePayload(text: string): Value {
  const payload = Buffer.from(text, 'latin1');
  const end = payload.length - FOOTER_BYTES;
  if (end < 0 || payload.readUInt16LE(end) > RDB_VERSION_MAX || !hasItsChecksum(payload)) {
    throw new ReplyError('ERR DUMP payload version or checksum are wrong');
  }
  try {
    const input = RdbInput.from(payload.subarray(0, end));
    const value = readValue(input, input.byte());
    if (typeof value === 'string' || !value.isEmpty) return value;
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    log.notice(`RESTORE of a payload that cannot be read: ${error.message}`);
  }
  throw new ReplyError('ERR Bad data format');
}

function hasItsChecksum(payload: Buffer): boolean {
  const end = payload.length - 8;
  return new Crc64().update(payload, 0, end).digest().equals(payload.subarray(end));
}

import { keyAt, keyRange } from '#shared/commands/key-specs.ts';
import {
  cachedEstimate,
  cacheEstimate,
  CorruptedHyperLogLog,
  emptyHyperLogLog,
  invalidateEstimate,
  isDense,
  isHyperLogLog,
  REGISTERS,
} from '#shared/hyperloglog/format.ts';
import { addElement, estimate, estimateOf, hasElement, mergeInto, raiseAll } from '#shared/hyperloglog/hyperloglog.ts';
import { normalizeInt64 } from '#shared/numbers/int64.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family, Handler } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { RawString } from '../../store/raw-string.ts';
import { bytesOfString, stringToChange } from '../../store/string-bytes.ts';
import type { Value } from '../../store/value.ts';

/** About how many different elements were seen, in 12 KB however many they are (Redis: hyperloglog.c). */
export const hyperLogLog: Family = {
  group: 'hyperloglog',
  rows: [
    {
      name: 'pfadd',
      arity: -2,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW insert')],
      since: '2.8.9',
      summary: 'Adds elements to a HyperLogLog.',
      run: checked(pfadd),
    },
    {
      name: 'pfcount',
      arity: -2,
      flags: 'readonly may_replicate',
      keys: [keyRange(1, -1, 1, 'RW access')],
      since: '2.8.9',
      summary: 'About how many different elements were added to one HyperLogLog, or to several together.',
      run: checked(pfcount),
    },
    {
      name: 'pfmerge',
      arity: -2,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW access insert'), keyRange(2, -1, 1, 'RO access')],
      since: '2.8.9',
      summary: 'Merges HyperLogLogs into one.',
      run: checked(pfmerge),
    },
  ],
};

/** `PFADD key [element …]` @returns 1 when the estimate may have changed, or the key is new */
function pfadd({ server, db, args }: Request): Reply {
  const key = args[1]!;
  const value = db.lookupWrite(key);
  const found = checkHyperLogLog(value);
  let next = 2;
  // What changes nothing copies nothing. (A string is made ready for changes all the same, which OBJECT ENCODING shows.)
  if (value instanceof RawString) {
    while (next < args.length && hasElement(found!, args[next]!)) next++;
    if (next === args.length) return 0;
  }
  const maxBytes = server.options['hll-sparse-max-bytes'];
  const raw = stringToChange(db, key, value, 0);
  const before = value === undefined ? emptyHyperLogLog() : raw.asBytes();
  let bytes: Uint8Array = before;
  let changes = value === undefined ? 1 : 0;
  for (let i = next; i < args.length; i++) {
    const after = addElement(bytes, args[i]!, maxBytes);
    if (after === undefined) continue;
    bytes = after;
    changes++;
  }
  if (changes === 0) return 0;
  invalidateEstimate(bytes);
  // A dense one was changed in place.
  if (bytes !== before || value === undefined) replaceBytes(db, key, raw, bytes);
  db.signalModified(key, 'pfadd', changes);
  return 1;
}

/** `PFCOUNT key [key …]`: of one key the estimate is kept with it, until something is added. */
function pfcount(request: Request): Reply {
  const { db, args } = request;
  if (args.length > 2) return normalizeInt64(estimateOf(mergedRegisters(request, 1).registers));
  const key = args[1]!;
  const value = db.lookupRead(key);
  if (value === undefined) return 0;
  const bytes = checkHyperLogLog(value)!;
  const cached = cachedEstimate(bytes);
  if (cached !== undefined) {
    // Redis has made room to change it by then, which OBJECT ENCODING shows.
    if (typeof value === 'string') stringToChange(db, key, value, 0);
    return normalizeInt64(cached);
  }
  const computed = estimate(bytes);
  cacheEstimate(stringToChange(db, key, db.lookupWrite(key), 0).asBytes(), computed);
  // To WATCH, the log and the replicas this is a change, but there is no event of it.
  db.signalModified(key, '');
  request.propagateAs([...args]);
  return normalizeInt64(computed);
}

/** `PFMERGE destination [source …]`: what the destination holds is one of them. It is dense if one of them is. */
function pfmerge(request: Request): Reply {
  const { server, db, args } = request;
  const key = args[1]!;
  const { registers, dense } = mergedRegisters(request, 1);
  const value = db.lookupWrite(key);
  const before = value === undefined ? emptyHyperLogLog() : bytesOfString(value)!;
  const after = raiseAll(Uint8Array.from(before), registers, dense, server.options['hll-sparse-max-bytes']);
  replaceBytes(db, key, stringToChange(db, key, value, 0), after);
  db.signalModified(key, 'pfadd');
  return OK;
}

/** The larger ranks of all keys from an argument on, and whether one of these is dense. */
function mergedRegisters({ db, args }: Request, from: number): { registers: Uint8Array; dense: boolean } {
  const registers = new Uint8Array(REGISTERS);
  let dense = false;
  for (let i = from; i < args.length; i++) {
    const bytes = checkHyperLogLog(db.lookupRead(args[i]!));
    if (bytes === undefined) continue;
    if (isDense(bytes)) dense = true;
    mergeInto(registers, bytes);
  }
  return { registers, dense };
}

/** The bytes of a HyperLogLog; undefined where there is no key. @throws ReplyError */
function checkHyperLogLog(value: Value | undefined): Uint8Array | undefined {
  const bytes = bytesOfString(value);
  if (bytes === undefined || isHyperLogLog(bytes)) return bytes;
  throw new ReplyError('WRONGTYPE Key is not a valid HyperLogLog string value.');
}

/** The string becomes these bytes. One that is dense from now on does not grow any more: it gets a new string of just its size. */
function replaceBytes(db: Database, key: string, before: RawString, bytes: Uint8Array): void {
  const raw = isDense(bytes) && bytes.length !== before.length ? stringToChange(db, key, undefined, bytes.length) : before;
  if (bytes.length > raw.length) raw.write(bytes.length, '');
  raw.length = bytes.length;
  raw.asBytes().set(bytes);
}

/** A string that is damaged after its first bytes is an error to the client. */
function checked(run: Handler): Handler {
  return (request) => {
    try {
      return run(request);
    } catch (error) {
      if (!(error instanceof CorruptedHyperLogLog)) throw error;
      throw new ReplyError('INVALIDOBJ Corrupted HLL object detected');
    }
  };
}

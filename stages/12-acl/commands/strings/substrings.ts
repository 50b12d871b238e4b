import { keyAt } from '#shared/commands/key-specs.ts';
import { maxBulkBytes } from '#shared/options/bulk-limit.ts';
import { lengthOf } from '#shared/resp/long-arguments.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow, Family, Handler } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import { RawString, stringValue } from '../../store/raw-string.ts';
import { wrongType, type Value } from '../../store/value.ts';
import { parseLongLong } from '../arguments.ts';

/** Parts of strings, read and changed in place. */
export const substrings: Family = {
  group: 'string',
  rows: [
    {
      name: 'append',
      arity: 3,
      flags: 'write denyoom fast',
      keys: [keyAt(1, 'RW insert')],
      since: '2.0.0',
      summary: 'Adds to the end of a string.',
      run: append,
    },
    {
      name: 'strlen',
      arity: 2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO')],
      since: '2.2.0',
      summary: 'The length of a string in bytes.',
      run: strlen,
    },
    {
      name: 'setrange',
      arity: 4,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW update')],
      since: '2.2.0',
      summary: 'Overwrites part of a string.',
      run: setrange,
    },
    rangeRow('getrange', '2.4.0', 'Part of a string.', getrange),
    {
      ...rangeRow('substr', '1.0.0', 'The old name of GETRANGE.', getrange),
      deprecated: { since: '2.0.0', replacedBy: 'GETRANGE' },
    },
  ],
};

function rangeRow(name: string, since: string, summary: string, run: Handler): CommandRow {
  return { name, arity: 4, flags: 'readonly', keys: [keyAt(1, 'RO access')], since, summary, run };
}

function append(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const text = expectText(db.lookupWrite(key));
  if (text === undefined) {
    db.set(key, stringValue(args, 2), 'append');
    return lengthOf(args, 2);
  }
  const addition = args[2]!;
  checkLength(request, text.length + addition.length);
  return overwrite(db, key, text, text.length, addition, 'append');
}

function strlen({ db, args }: Request): Reply {
  return expectText(db.lookupRead(args[1]!))?.length ?? 0;
}

/** `SETRANGE key offset value`; what lies between the end and the offset becomes zeros. */
function setrange(request: Request): Reply {
  const { db, args } = request;
  const [, key, offsetText, part] = args as [string, string, string, string];
  const offset = Number(parseLongLong(offsetText));
  if (offset < 0) throw new ReplyError('ERR offset is out of range');
  const text = expectText(db.lookupWrite(key));
  if (part === '') return text?.length ?? 0;
  checkLength(request, offset + part.length);
  return overwrite(db, key, text ?? '', offset, part, 'setrange');
}

/** `GETRANGE key start end`: both inclusive, negative ones counted from the end. */
function getrange({ db, args }: Request): Reply {
  let start = Number(parseLongLong(args[2]!));
  let end = Number(parseLongLong(args[3]!));
  const text = expectText(db.lookupRead(args[1]!));
  if (text === undefined || (start < 0 && end < 0 && start > end)) return '';
  if (start < 0) start = Math.max(0, text.length + start);
  if (end < 0) end = Math.max(0, text.length + end);
  return start <= end ? text.slice(start, end + 1) : '';
}

type Text = string | RawString;

function overwrite(db: Database, key: string, text: Text, offset: number, part: string, event: string): number {
  if (typeof text !== 'string') {
    text.write(offset, part);
    db.signalModified(key, event);
    return text.length;
  }
  const raw = RawString.of(text, offset + part.length);
  raw.write(offset, part);
  db.set(key, raw, event, true);
  return raw.length;
}

/** A string in either form. @throws ReplyError WRONGTYPE */
function expectText(value: Value | undefined): Text | undefined {
  if (value === undefined || typeof value === 'string' || value instanceof RawString) return value;
  throw wrongType();
}

function checkLength({ server, client }: Request, bytes: number): void {
  if (client.mustObey || bytes <= maxBulkBytes(server.options)) return;
  throw new ReplyError('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
}

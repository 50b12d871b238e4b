import { keyAt } from '#shared/commands/key-specs.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import { expectRoom } from '../../router/guards.ts';
import type { Request } from '../../router/request.ts';
import type { Database } from '../../store/database.ts';
import type { Value } from '../../store/value.ts';
import { parseInt32, syntaxError } from '../arguments.ts';
import { findDatabase } from './databases.ts';

/** Commands that move or copy a value to another key, with its deadline. */
export const keyTransfer: Family = {
  group: 'generic',
  rows: [
    {
      name: 'rename',
      arity: 3,
      flags: 'write',
      keys: [keyAt(1, 'RW access delete'), keyAt(2, 'OW update')],
      since: '1.0.0',
      summary: 'Renames a key.',
      run: rename,
    },
    {
      name: 'renamenx',
      arity: 3,
      flags: 'write fast',
      keys: [keyAt(1, 'RW access delete'), keyAt(2, 'OW insert')],
      since: '1.0.0',
      summary: 'RENAME, if the new name is free.',
      run: renamenx,
    },
    {
      name: 'move',
      arity: 3,
      flags: 'write fast',
      keys: [keyAt(1, 'RW access update')],
      since: '1.0.0',
      summary: 'Moves a key to another database.',
      run: move,
    },
    {
      name: 'copy',
      arity: -3,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RO access'), keyAt(2, 'OW update')],
      since: '6.2.0',
      summary: 'Copies a value to another key.',
      run: copy,
    },
  ],
};

function rename({ db, args }: Request): Reply {
  const [, from, to] = args as [string, string, string];
  const value = expectKey(db, from);
  if (from !== to) transfer(db, from, value, to);
  return OK;
}

function renamenx({ db, args }: Request): Reply {
  const [, from, to] = args as [string, string, string];
  const value = expectKey(db, from);
  if (from === to || db.lookupWrite(to) !== undefined) return 0;
  transfer(db, from, value, to);
  return 1;
}

/** `MOVE key db` */
function move(request: Request): Reply {
  const { db, args } = request;
  const key = args[1]!;
  const target = findDatabase(request, parseInt32(args[2]!));
  if (target === db) throw sameObject();
  const value = db.lookupWrite(key);
  if (value === undefined || target.lookupWrite(key) !== undefined) return 0;
  const at = db.getExpire(key);
  const use = db.useOf(key)!;
  target.set(key, value, null);
  target.setUse(key, use);
  if (at !== undefined) target.setExpire(key, at, null);
  db.delete(key, 'move_from', 0);
  target.signalModified(key, 'move_to');
  return 1;
}

/** `COPY source destination [DB index] [REPLACE]` */
function copy(request: Request): Reply {
  const { db, args } = request;
  const [, from, to] = args as [string, string, string];
  const { target, replace } = parseCopyOptions(request);
  if (target === db && from === to) throw sameObject();
  const value = db.lookupRead(from);
  if (value === undefined) return 0;
  const at = db.getExpire(from);
  if (target.lookupWrite(to) !== undefined && !replace) return 0;
  if (typeof value !== 'string') expectRoom(request, value.bytes);
  target.delete(to, null);
  target.set(to, typeof value === 'string' ? value : value.copy(), 'copy_to');
  if (at !== undefined) target.setExpire(to, at, null);
  return 1;
}

function parseCopyOptions(request: Request): { target: Database; replace: boolean } {
  const { args } = request;
  let target = request.db;
  let replace = false;
  for (let i = 3; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    if (word === 'REPLACE') replace = true;
    else if (word === 'DB' && i + 1 < args.length) target = findDatabase(request, parseInt32(args[++i]!));
    else throw syntaxError();
  }
  return { target, replace };
}

function transfer(db: Database, from: string, value: Value, to: string): void {
  const at = db.getExpire(from);
  const use = db.useOf(from)!;
  db.delete(to, null);
  db.set(to, value, null);
  db.setUse(to, use);
  if (at !== undefined) db.setExpire(to, at, null);
  db.delete(from, 'rename_from', 0);
  db.signalModified(to, 'rename_to');
}

/** @throws ReplyError when there is no such key */
function expectKey(db: Database, key: string): Value {
  const value = db.lookupWrite(key);
  if (value === undefined) throw new ReplyError('ERR no such key');
  return value;
}

function sameObject(): ReplyError {
  return new ReplyError('ERR source and destination objects are the same');
}

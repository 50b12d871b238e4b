import { Status, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../router/command.ts';
import { keyAt, keyRange } from '../router/key-specs.ts';
import type { Request } from '../router/request.ts';
import { typeName } from '../store/value.ts';

export const keys: Family = {
  group: 'generic',
  rows: [
    {
      name: 'del',
      arity: -2,
      flags: 'write',
      keys: [keyRange(1, -1, 1, 'RM delete')],
      since: '1.0.0',
      summary: 'Removes keys.',
      run: del,
    },
    {
      name: 'unlink',
      arity: -2,
      flags: 'write fast',
      keys: [keyRange(1, -1, 1, 'RM delete')],
      since: '4.0.0',
      summary: 'Removes keys; their memory is freed later.',
      run: del,
    },
    {
      name: 'exists',
      arity: -2,
      flags: 'readonly fast',
      keys: [keyRange(1, -1, 1, 'RO')],
      since: '1.0.0',
      summary: 'How many of the keys exist.',
      run: exists,
    },
    {
      name: 'type',
      arity: 2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO')],
      since: '1.0.0',
      summary: 'What kind of value a key holds.',
      run: type,
    },
  ],
};

/** Also UNLINK: freeing memory is the garbage collector's work either way. */
function del({ db, args }: Request): Reply {
  let removed = 0;
  for (let i = 1; i < args.length; i++) if (db.delete(args[i]!)) removed++;
  return removed;
}

/** A key that is named twice counts twice. */
function exists({ db, args }: Request): Reply {
  let found = 0;
  for (let i = 1; i < args.length; i++) if (db.lookupReadNoTouch(args[i]!) !== undefined) found++;
  return found;
}

function type({ db, args }: Request): Reply {
  const value = db.lookupReadNoTouch(args[1]!);
  return new Status(value === undefined ? 'none' : typeName(value));
}

import { OK, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../router/command.ts';
import { keyAt } from '../router/key-specs.ts';
import type { Request } from '../router/request.ts';

export const strings: Family = {
  group: 'string',
  rows: [
    {
      name: 'get',
      arity: 2,
      flags: 'readonly fast',
      keys: [keyAt(1, 'RO access')],
      since: '1.0.0',
      summary: 'The string a key holds.',
      run: get,
    },
    {
      name: 'set',
      arity: -3,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW access update variable_flags')],
      since: '1.0.0',
      summary: 'Makes a key hold a string.',
      run: set,
    },
  ],
};

function get({ db, args }: Request): Reply {
  return db.lookupReadString(args[1]!) ?? null;
}

function set({ db, args }: Request): Reply {
  db.set(args[1]!, args[2]!, 'set');
  return OK;
}

import { plantedBugs } from './planted-bugs.ts';

plantedBugs('05', [
  {
    file: 'transactions.ts',
    find: 'if (client.transaction !== undefined) client.transaction.aborted = true;',
    replace: '',
    why: 'EXEC runs the rest of a transaction in which a request was refused',
    suite: '05-core',
    test: 'an unknown command spoils the transaction',
  },
  {
    file: 'transactions.ts',
    find: '  server.watchedKeys.unwatch(client);\n  try {',
    replace: '  try {',
    why: 'EXEC goes on watching, so that the next transaction fails for the writes of this one',
    suite: '05-core',
    test: 'EXEC forgets the watched keys, whether it ran or not',
  },
  {
    file: 'transactions.ts',
    find: 'transaction.executing = true;',
    replace: '',
    why: 'a blocking command inside a transaction blocks',
    suite: '05-core',
    test: 'a blocking command inside a transaction does not block',
  },
  {
    file: 'transactions.ts',
    find: '  keepArguments(request.args);\n',
    replace: '',
    why: 'a queued long value is lost when the next request comes',
    suite: '05-transactions',
    test: 'long values are queued as they were typed, whatever comes between, and changed one after the other',
  },
  {
    file: 'clients/watched-keys.ts',
    find: 'for (const db of [a, b]) this.touch(db, (key) => holds(a, key) || holds(b, key));',
    replace: '',
    why: 'SWAPDB changes a watched key, and nobody is told',
    suite: '05-transactions',
    test: 'EXEC answers nil after SWAPDB that takes it away',
  },
  {
    file: 'clients/watched-keys.ts',
    find: 'this.touch(db, (key) => db.has(key));',
    replace: 'this.touch(db, () => true);',
    why: 'FLUSHALL counts as a change of a watched key that was not there',
    suite: '05-transactions',
    test: 'EXEC runs after FLUSHALL without the key',
  },
]);

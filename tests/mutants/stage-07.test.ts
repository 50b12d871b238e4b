import { plantedBugs } from './planted-bugs.ts';

plantedBugs('07', [
  {
    file: 'router/propagate.ts',
    find: "if (own.length > 1) target.feed(own[0]!.db, ['MULTI']);",
    replace: '',
    why: 'a transaction is logged in pieces',
    suite: '07-effects',
  },
  {
    file: 'router/propagate.ts',
    find: "this.alsoPropagate(db.index, ['DEL', key]);",
    replace: '',
    why: 'an expired key is not deleted in the log',
    suite: '07-effects',
  },
  {
    file: 'persistence/aof/file.ts',
    find: 'if (db !== this.selected) {',
    replace: 'if (this.selected === -1) {',
    why: 'all writes are logged for the first database that was written to',
    suite: '07-effects',
  },
  {
    file: 'persistence/aof/load-file.ts',
    find: 'truncateSync(path, beforeMulti);',
    replace: '',
    why: 'new commands are appended to a torn one',
    suite: '07-load',
  },
  {
    file: 'persistence/aof/load-file.ts',
    find: 'error instanceof AofError && error.torn && isLast',
    replace: 'error instanceof AofError && isLast',
    why: 'damage in the middle of the log is taken for a torn end, and what follows is cut off',
    suite: '07-load',
  },
  {
    file: 'persistence/aof/rewrite.ts',
    find: "withIncrsAsHistory(manifest, state === 'off' ? 0 : 1)",
    replace: 'withIncrsAsHistory(manifest, manifest.incrs.length)',
    why: 'after a rewrite the old commands are repeated on top of the new base',
    suite: '07-rewrite',
  },
  {
    file: 'persistence/aof/aof.ts',
    find: "isNew ? AS_NEW : 'a'",
    replace: "isNew ? 'w' : 'a'",
    why: 'what is tried again after half a write goes behind a hole',
    suite: '07-errors',
  },
  {
    file: 'store/database.ts',
    find: 'this.keyspace.stats.evicted++;\n    this.keyspace.propagateDeletion(this, key);',
    replace: 'this.keyspace.stats.evicted++;',
    why: 'an evicted key comes back at the restart',
    suite: '07-eviction',
  },
]);

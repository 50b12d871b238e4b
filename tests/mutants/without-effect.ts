/** A change that counts neither as noticed nor as survived, and why. */
export interface NamedChange {
  readonly stage: string;
  readonly file: string;
  /** As `npm run mutate` prints them. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

/** Changes that no client can see. */
export const WITHOUT_EFFECT: readonly NamedChange[] = [
  {
    stage: '01',
    file: 'info/server.ts',
    before: '(Date.now() - server.startTime) / 1000',
    after: '(Date.now() - server.startTime) / (1000 + 1)',
    why: 'the time since the start is a thousandth shorter: a second after a quarter of an hour',
  },
  {
    stage: '01',
    file: 'network/listener.ts',
    before: 'keepalive > 0',
    after: 'keepalive > (0 + 1)',
    why: 'probes of the kernel after a silence of 1 s: no client sees them',
  },
  {
    stage: '02',
    file: 'store/raw-string.ts',
    before: 'this.length = 0',
    after: 'this.length = (0 + 1)',
    why: 'no key holds the string any more, and nothing asks for its length',
  },
  {
    stage: '03',
    file: 'store/quicklist.ts',
    before: 'this.length / 2',
    after: 'this.length * 2',
    why: 'the walk begins at the farther end: slower, and the same element',
  },
  {
    stage: '03',
    file: 'store/quicklist.ts',
    before: 'LIST_BYTES = 320',
    after: 'LIST_BYTES = (320 + 1)',
    why: 'the estimate of what an empty list takes, a byte more',
  },
  {
    stage: '03',
    file: 'store/list-limit.ts',
    before: 'limit < 0',
    after: 'limit < (0 + 1)',
    why: 'a limit of 0 no longer ends a block: how elements are spread over blocks shows in DUMP alone, which comes with stage 06',
  },
  {
    stage: '04',
    file: 'store/stream-block.ts',
    before: 'bytes = 0;',
    after: 'bytes = (0 + 1);',
    why: 'the estimate of what a block takes, a byte more',
  },
  {
    stage: '04',
    file: 'store/stream-id.ts',
    before: 'dash < 0',
    after: 'dash <= 0',
    why: 'a text that begins with a dash is no ID in either way',
  },
  {
    stage: '04',
    file: 'store/stream-id.ts',
    before: 'dash < 0',
    after: 'dash < (0 + 1)',
    why: 'a text that begins with a dash is no ID in either way',
  },
  {
    stage: '04',
    file: 'store/stream.ts',
    before: 'this.length <= keep',
    after: 'this.length < keep',
    why: 'a stream that has exactly so many entries is looked at, and nothing of it is removed',
  },
  {
    stage: '07',
    file: 'persistence/aof/file.ts',
    before: 'now - this.lastTry',
    after: 'now + this.lastTry',
    why: 'after a failed write the next one is tried at once, not after a second: it fails in the same way until the disk has room',
  },
  {
    stage: '07',
    file: 'persistence/aof/reader.ts',
    before: 'length < LONG_BYTES',
    after: 'length <= LONG_BYTES',
    why: 'an argument of exactly 64 KB is kept in the other form, with the same bytes',
  },
  {
    stage: '07',
    file: 'persistence/aof/load.ts',
    before: 'loaded = 0;',
    after: 'loaded = (0 + 1);',
    why: 'only the difference between two values of the counter is used',
  },
  {
    stage: '08',
    file: 'replication/backlog.ts',
    before: 'index > 0',
    after: 'index >= 0',
    why: 'only offsets that are there are read: none is before the first block',
  },
  {
    stage: '08',
    file: 'replication/backlog.ts',
    before: 'blocks[index]!.start > offset',
    after: 'blocks[index]!.start >= offset',
    why: 'the walk begins a block earlier, with a part of no bytes',
  },
  {
    stage: '08',
    file: 'replication/backlog.ts',
    before: 'index > 0 && blocks[index]!.start > offset',
    after: 'index > 0 || blocks[index]!.start > offset',
    why: 'the walk begins at the first block: slower, and the same bytes',
  },
  {
    stage: '08',
    file: 'replication/primary-connection.ts',
    before: 'end > 0',
    after: 'end >= 0',
    why: 'in front of the first byte there is none',
  },
  {
    stage: '08',
    file: 'replication/primary-stream.ts',
    before: 'chunk.length > left',
    after: 'chunk.length >= left',
    why: 'a chunk of no bytes is kept, and goes with the next one',
  },
  {
    stage: '08',
    file: 'replication/replication.ts',
    before: 'this.offset - this.streamed',
    after: 'this.offset + this.streamed',
    why: 'a long history is sent without waiting for more of it: in more packets, with the same bytes',
  },
  {
    stage: '09',
    file: 'tracking/tracking.ts',
    before: 'this.table.size <= limit',
    after: 'this.table.size < limit',
    why: 'a table that is exactly full is looked at, and nothing of it is forgotten',
  },
  {
    stage: '10',
    file: 'commands/sort/sort.ts',
    before: 'start >= end',
    after: 'start > end',
    why: 'the range from a place to the one before it is empty anyway',
  },
  {
    stage: '10',
    file: 'commands/sort/order.ts',
    before: 'length <= FEW',
    after: 'length < FEW',
    why: 'exactly so many elements get arrays of their own, and the same order',
  },
  {
    stage: '11',
    file: 'geo/cover.ts',
    before: 'reached < HALF_EQUATOR',
    after: 'reached <= HALF_EQUATOR',
    why: 'a radius would have to become exactly half the equator by doubling: and a grid that is coarser by one step finds the same',
  },
  {
    stage: '11',
    file: 'geo/shape.ts',
    before: 'ROUNDING = 1e-9',
    after: 'ROUNDING = (1e-9 + 1)',
    why: 'fewer places are left out by their latitude alone: the distance leaves them out',
  },
  {
    stage: '11',
    file: 'geo/cover.ts',
    before: 'toNorth > 0',
    after: 'toNorth > (0 + 1)',
    why: 'cells in the north are searched, too, in which nothing is found',
  },
  {
    stage: '11',
    file: 'geo/cover.ts',
    before: 'north > box.north',
    after: 'north >= box.north',
    why: 'a cell is searched, too, in which nothing is found',
  },
  {
    stage: '11',
    file: 'geo/cover.ts',
    before: 'return false;',
    after: 'return true;',
    why: 'a cell is searched, too, in which nothing is found',
  },
  {
    stage: '12',
    file: 'commands/hyperloglog/hyperloglog.ts',
    before: '…gToChange(db, key, db.lookupWrite(key), 0)',
    after: '…gToChange(db, key, db.lookupWrite(key), (0 + 1))',
    why: 'a HyperLogLog is longer than a byte anyway',
  },
  {
    stage: '12',
    file: 'acl/acl.ts',
    before: 'a.name < b.name',
    after: 'a.name <= b.name',
    why: 'users are sorted by name, and no two have the same',
  },
  {
    stage: '12',
    file: 'scripting/busy.ts',
    before: 'now - run.startedAt < threshold',
    after: 'now - run.startedAt <= threshold',
    why: 'a script would have to be looked at when it has run for exactly so many ms, with no fraction',
  },
  {
    stage: '12',
    file: 'router/slow-requests.ts',
    before: 'slowlog / 1000',
    after: 'slowlog / (1000 + 1)',
    why: 'a request counts as slow a thousandth earlier',
  },
];

/** Changes that show only after a longer time than a suite can wait, or in a state that no test can bring about. */
export const OUT_OF_REACH: readonly NamedChange[] = [
  {
    stage: '07',
    file: 'persistence/aof/file.ts',
    before: 'return true;',
    after: 'return false;',
    why: 'writes go on after two seconds in which the disk has not finished a sync: the disk would have to stall',
  },
  {
    stage: '07',
    file: 'persistence/aof/rewrite.ts',
    before: 'this.delayMinutes * 2',
    after: 'this.delayMinutes / 2',
    why: 'the second pause after rewrites that failed is longer than the first: seen after a minute of waiting',
  },
];

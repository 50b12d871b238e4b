import type { Arguments } from '../arguments.ts';
import type { Family } from '../family.ts';

const GROUPS = ['g1', 'g2', 'g3'];
const CONSUMERS = ['alice', 'bob', ''];
const group = (a: Arguments) => a.pick(GROUPS);
const consumer = (a: Arguments) => a.pick(CONSUMERS);
const ODD_IDS = [
  'abc',
  '1-',
  '-1',
  '1-2-3',
  '',
  '18446744073709551615-18446744073709551615',
  '18446744073709551616-0',
  '1-abc',
  '0x1-1',
  ' 1-1',
];

export const streams: Family = {
  name: 'streams',
  since: '04',
  keys: ['x1', 'x2', 'x3'],
  rows: [
    [
      16,
      (a) => [
        'XADD',
        a.key(),
        ...a.maybe(0.1, () => ['NOMKSTREAM']),
        ...a.maybe(0.15, () => trim(a)),
        newId(a),
        ...fields(a),
      ],
    ],
    [3, (a) => ['XLEN', a.key()]],
    [6, (a) => ['XRANGE', a.key(), bound(a, '-'), bound(a, '+'), ...a.maybe(0.4, () => ['COUNT', a.int(-1, 4)])]],
    [4, (a) => ['XREVRANGE', a.key(), bound(a, '+'), bound(a, '-'), ...a.maybe(0.4, () => ['COUNT', a.int(-1, 4)])]],
    [
      5,
      (a) => [
        'XREAD',
        ...a.maybe(0.5, () => ['COUNT', a.int(0, 3)]),
        ...a.maybe(0.1, () => ['BLOCK', '1']),
        'STREAMS',
        ...streamsAndIds(a, ['$']),
      ],
    ],
    [4, (a) => ['XDEL', a.key(), ...a.some(1, 3, () => id(a))]],
    [3, (a) => ['XTRIM', a.key(), ...trim(a)]],
    [2, (a) => ['XSETID', a.key(), a.rng.chance(0.3) ? '12-5' : id(a), ...setId(a)]],
    [
      6,
      (a) => [
        'XGROUP',
        'CREATE',
        a.key(),
        group(a),
        a.pick([id(a), '$', '0']),
        ...a.maybe(0.4, () => ['MKSTREAM']),
        ...entriesRead(a),
      ],
    ],
    [2, (a) => ['XGROUP', 'SETID', a.key(), group(a), a.pick([id(a), '$', '0']), ...entriesRead(a)]],
    [1, (a) => ['XGROUP', 'DESTROY', a.key(), group(a)]],
    [2, (a) => ['XGROUP', a.pick(['CREATECONSUMER', 'DELCONSUMER']), a.key(), group(a), consumer(a)]],
    [1, (a) => ['XGROUP', a.pick(['NOSUCH', 'create', 'CREATE']), ...a.some(0, 3, a.key)]],
    [
      10,
      (a) => [
        'XREADGROUP',
        'GROUP',
        group(a),
        consumer(a),
        ...readOptions(a),
        'STREAMS',
        ...streamsAndIds(a, ['>', '>', '0']),
      ],
    ],
    [5, (a) => ['XACK', a.key(), group(a), ...a.some(1, 3, () => id(a))]],
    [5, (a) => ['XPENDING', a.key(), group(a), ...pendingRange(a)]],
    [5, (a) => ['XCLAIM', a.key(), group(a), consumer(a), idle(a), ...a.some(1, 3, () => id(a)), ...claimOptions(a)]],
    [
      4,
      (a) => [
        'XAUTOCLAIM',
        a.key(),
        group(a),
        consumer(a),
        idle(a),
        a.pick([id(a), '0', '-']),
        ...a.maybe(0.3, () => ['COUNT', a.int(-1, 3)]),
        ...a.maybe(0.3, () => ['JUSTID']),
      ],
    ],
    [
      2,
      (a) => [
        'XINFO',
        'STREAM',
        a.key(),
        ...a.maybe(0.4, () => ['FULL', ...a.maybe(0.5, () => ['COUNT', a.int(-1, 3)])]),
      ],
    ],
    [2, (a) => ['XINFO', 'GROUPS', a.key()]],
    [2, (a) => ['XINFO', 'CONSUMERS', a.key(), group(a)]],
    [1, (a) => [a.pick(['DEL', 'EXISTS', 'TYPE', 'TTL']), a.key()]],
    [1, (a) => [a.pick(['RENAME', 'COPY']), a.key(), a.key()]],
  ],
};

/** An ID that is likely to be in the stream. */
function id(a: Arguments): string {
  if (a.rng.chance(0.04)) return a.pick(ODD_IDS);
  return a.rng.chance(0.85) ? `${a.int(0, 9)}-${a.int(0, 3)}` : a.int(0, 9);
}

/** An ID for a new entry: not all of them grow. */
function newId(a: Arguments): string {
  if (a.rng.chance(0.03)) return a.pick(ODD_IDS);
  return a.pick([
    `${a.int(0, 9)}-${a.int(0, 3)}`,
    `${a.int(0, 9)}-*`,
    `${a.int(5, 12)}-*`,
    `${a.int(5, 12)}-*`,
    a.int(0, 12),
  ]);
}

function fields(a: Arguments): string[] {
  return a.rng.chance(0.97) ? a.some(1, 2, () => [a.field(), a.value()]) : a.some(0, 3, a.field);
}

function trim(a: Arguments): string[] {
  // `~` cuts only whole nodes of Redis's own: on streams this short it never cuts.
  const almost = a.maybe(0.4, () => [a.pick(['=', '=', '~'])]);
  const limit = a.maybe(almost[0] === '~' ? 0.5 : 0.05, () => ['LIMIT', a.pick(['0', '1', '10', '-1'])]);
  return [
    ...a.pick([
      ['MAXLEN', ...almost, a.pick([a.int(0, 6), a.int(-1, 3)])],
      ['MINID', ...almost, id(a)],
    ]),
    ...limit,
  ];
}

function bound(a: Arguments, open: string): string {
  return a.pick([open, open, id(a), `(${id(a)}`, a.pick(['-', '+'])]);
}

function streamsAndIds(a: Arguments, special: string[]): string[] {
  const keys = a.some(1, 2, a.key);
  return [...keys, ...keys.map(() => a.pick([id(a), '0', ...special]))];
}

/**
 * `MAXDELETEDID` is never less than what XDEL may have deleted: it would let new IDs be smaller than a deleted one, and
 * there Redis's XTRIM MINID stops. docs/compatibility.md says so.
 */
function setId(a: Arguments): string[] {
  return [
    ...a.maybe(0.4, () => ['ENTRIESADDED', a.int(-1, 12)]),
    ...a.maybe(0.4, () => ['MAXDELETEDID', a.pick([...ODD_IDS, '9-3', '9-3', '10', '11-0', '12-1'])]),
  ];
}

function entriesRead(a: Arguments): string[] {
  return a.maybe(0.25, () => ['ENTRIESREAD', a.int(-2, 6)]);
}

function readOptions(a: Arguments): string[] {
  return [
    ...a.maybe(0.5, () => ['COUNT', a.int(0, 3)]),
    ...a.maybe(0.15, () => ['NOACK']),
    ...a.maybe(0.05, () => ['BLOCK', '1']),
  ];
}

function pendingRange(a: Arguments): string[] {
  return a.maybe(0.7, () => [
    ...a.maybe(0.2, () => ['IDLE', idle(a)]),
    bound(a, '-'),
    bound(a, '+'),
    a.int(-1, 5),
    ...a.maybe(0.4, () => [consumer(a)]),
  ]);
}

function idle(a: Arguments): string {
  return a.pick(['0', '0', '0', '1000000000', '-1', 'abc']);
}

function claimOptions(a: Arguments): string[] {
  return [
    ...a.maybe(0.2, () => ['RETRYCOUNT', a.int(-1, 9)]),
    ...a.maybe(0.3, () => ['FORCE']),
    ...a.maybe(0.3, () => ['JUSTID']),
    ...a.maybe(0.1, () => ['LASTID', id(a)]),
  ];
}

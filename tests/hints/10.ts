import type { Hint } from './hint.ts';

export const won = 'a leaderboard of a million players';

const ADD = 'commands/sorted-sets/add.ts';
const RANGES = 'commands/sorted-sets/ranges.ts';
const BOUNDS = 'commands/sorted-sets/range-arguments.ts';
const REMOVING = 'commands/sorted-sets/removing.ts';
const POPPING = 'commands/sorted-sets/popping.ts';
const BLOCKING = 'commands/sorted-sets/blocking.ts';
const COMBINE = 'store/sorted-set/combine.ts';
const BASIC = 'commands/sorted-sets/sorted-sets.ts';
const SET = 'store/sorted-set/sorted-set.ts#SortedSet';

export const hints: Record<string, Hint> = {
  'ZADD gives members their scores, and counts those that are new': [
    'ZADD key score member [score member ...]. A hash table from member to score is enough for this step. TYPE answers zset.',
    'zaddGenericCommand in src/t_zset.c',
    `${ADD}#zadd`,
  ],
  'ZSCORE of a member or key that is not there is nil': [
    'The null bulk string, $-1. ZCARD of a missing key is 0.',
    'zscoreCommand in src/t_zset.c',
    `${BASIC}#zscore`,
  ],
  'a score that is a whole number is written without a point': [
    'A score is a double. 1.0 and 1e3 are printed as 1 and 1000; all others in the fewest digits that give the same double again.',
    'addReplyDouble in src/networking.c, fpconv_dtoa in deps/fpconv',
    'commands/sorted-sets/replies.ts#scoreReply',
  ],
  'a score that is no number changes nothing': [
    'Parse all scores before you add the first member. nan is refused, inf and -inf are scores.',
    'getDoubleFromObjectOrReply in src/object.c',
    `${ADD}#parseScore`,
  ],
  'ZREM counts what was there, each member once': [
    'Count the members that were removed. A member named twice is there only the first time.',
    'zremCommand in src/t_zset.c',
    `${BASIC}#zrem`,
  ],
  'the last member takes the key with it, and its deadline': [
    'An empty sorted set does not exist: remove the key, with its deadline, as lists and sets of stage 03 do.',
    'zremCommand in src/t_zset.c',
    `${BASIC}#zrem`,
  ],
  'ZMSCORE answers for each member, in order': [
    'An array with one element for each name, nil for those that are not there. A missing key is a set without members.',
    'zmscoreCommand in src/t_zset.c',
    `${BASIC}#zmscore`,
  ],
  'ZINCRBY adds to a score, and to 0 where there is none': [
    'The reply is the new score as a bulk string. inf plus -inf is no number and is refused: ERR resulting score is not a number (NaN).',
    'zincrbyCommand in src/t_zset.c',
    `${ADD}#zincrby`,
  ],
  'ZADD NX adds only, XX changes only': [
    'Options stand between the key and the first score. NX leaves members alone that are there, XX those that are not.',
    'zsetAdd in src/t_zset.c',
    `${ADD}#nextScore`,
  ],
  'ZADD GT raises, LT lowers, and both add': [
    'GT changes a score only if the new one is greater, LT only if it is less. Members that are not there are added in both cases.',
    'zsetAdd in src/t_zset.c',
    `${ADD}#nextScore`,
  ],
  'ZADD CH counts those that changed as well': [
    'Without CH the reply is the number of new members; with CH, also those whose score is another one now.',
    'zaddGenericCommand in src/t_zset.c',
    `${ADD}#add`,
  ],
  'the order is by score': [
    'The hash table of step 1 has no order. Keep a second structure, sorted by score: a skip list, or a sorted array to begin with.',
    'zslInsert in src/t_zset.c',
    'store/sorted-set/skip-list.ts#SkipList',
  ],
  'WITHSCORES puts the score after each': [
    'In RESP2 the reply is flat: member, score, member, score. In RESP3 it is an array of pairs, with doubles.',
    'genericZrangebyrankCommand in src/t_zset.c',
    'commands/sorted-sets/replies.ts#entriesReply',
  ],
  'members of equal score are in the order of their bytes': [
    'Compare scores first, and then the members as bytes: capital letters come before small ones, and the empty one comes first.',
    'zslInsert in src/t_zset.c',
    'store/sorted-set/place.ts#isBeforeMember',
  ],
  'ZRANGE takes two ranks, and negative ones count from the end': [
    'Add the number of members to a negative rank, then cut both to what is there. The word REV counts ranks from the other end.',
    'genericZrangebyrankCommand in src/t_zset.c',
    `${RANGES}#zrange`,
  ],
  'ZRANK answers nil without the member or the key': [
    'ZRANK key member: the null bulk string when one of the two is missing.',
    'zrankGenericCommand in src/t_zset.c',
    `${BASIC}#rank`,
  ],
  'ZRANK is right in a large set, also among equal scores': [
    'Let each link of the skip list know how many members it jumps over. The rank is the sum of the spans on the way to the member.',
    'zslGetRank in src/t_zset.c',
    'store/sorted-set/skip-list.ts#SkipList',
  ],
  'ZRANK counts from 0, and ZREVRANK from the other end': [
    'The lowest score has rank 0. The reversed rank is the number of members minus 1 minus the rank.',
    'zsetRank in src/t_zset.c',
    `${BASIC}#rank`,
  ],
  'a range by score has open and closed ends': [
    '2 includes the score, (2 excludes it, -inf and +inf are allowed. Reversed forms take the higher end first.',
    'zslParseRange and zslFirstInRange in src/t_zset.c',
    `${BOUNDS}#parseScoreRange`,
  ],
  'LIMIT leaves out some members of a range and then counts': [
    'LIMIT offset count: skip the first ones of the range, then take so many; a negative count takes all. ZRANGE knows it with BYSCORE and BYLEX only.',
    'genericZrangebyscoreCommand in src/t_zset.c',
    `${RANGES}#parseQuery`,
  ],
  'a range by name, where all scores are equal': [
    '[ includes the name, ( excludes it, - and + are below and above every name. The comparison is by bytes.',
    'zslParseLexRange in src/t_zset.c',
    `${BOUNDS}#parseLexRange`,
  ],
  'ranges are removed by rank, by score and by name': [
    'Find the range as the reading commands do, remove it, and remove the key when nothing is left.',
    'zremrangeGenericCommand in src/t_zset.c',
    `${REMOVING}#removeRange`,
  ],
  'ZPOPMIN and ZPOPMAX take the lowest and the highest, with its score': [
    'The reply is the member and its score. An empty array when the key is missing.',
    'genericZpopCommand in src/t_zset.c',
    `${POPPING}#pop`,
  ],
  'ZPOPMIN with a count takes several, and at last the key': [
    'In RESP2 the reply is flat: member, score, member, score. When the last member is gone the key is gone.',
    'genericZpopCommand in src/t_zset.c',
    `${POPPING}#popEntries`,
  ],
  'BZPOPMIN takes at once what is there': [
    'Look at the keys from left to right. The first that has a member gives it: an array of key, member and score.',
    'blockingGenericZpopCommand in src/t_zset.c',
    `${BLOCKING}#blockingPop`,
  ],
  'BZPOPMIN waits for a member': [
    'The client waits as with BLPOP of stage 03; here a ZADD is what makes its key ready.',
    'blockForKeys and signalKeyAsReady in src/blocked.c',
    `${BLOCKING}#blockingPop`,
  ],
  'a timeout ends in the null array': [
    'After the timeout the reply is *-1 in RESP2, and _ in RESP3.',
    'replyToBlockedClientOnTimeout in src/blocked.c',
    `${BLOCKING}#bzmpop`,
  ],
  'first come, first served': [
    'Several clients wait for one key: serve them in the order in which they came, each with its own end of the set.',
    'serveClientsBlockedOnKey in src/blocked.c',
    `${BLOCKING}#candidates`,
  ],
  'ZUNION has the members of all sets, each with the sum of its scores': [
    'ZUNION numkeys key [key ...]. Walk through all sets and add the scores of equal members; the result is sorted.',
    'zunionInterDiffGenericCommand in src/t_zset.c',
    `${COMBINE}#union`,
  ],
  'ZINTER has the members that all sets share, each with the sum of its scores': [
    'Begin with the smallest set, and look each of its members up in the others.',
    'zunionInterDiffGenericCommand in src/t_zset.c',
    `${COMBINE}#intersection`,
  ],
  'ZDIFF has the members of the first set that no other has, with their scores': [
    'The members of the first set that none of the others has.',
    'zdiffAlgorithm1 and zdiffAlgorithm2 in src/t_zset.c',
    `${COMBINE}#difference`,
  ],
  'WEIGHTS multiply the scores of each': [
    'WEIGHTS has one number for each key; multiply before you aggregate.',
    'zunionInterDiffGenericCommand in src/t_zset.c',
    'commands/sorted-sets/algebra.ts#parseOptions',
  ],
  'AGGREGATE takes the sum, the least or the greatest': [
    'SUM is the default. With MIN and MAX the result is one of the scores.',
    'zunionInterAggregate in src/t_zset.c',
    `${COMBINE}#aggregated`,
  ],
  'ZUNIONSTORE and its family store the result and count it': [
    'The target stands before the number of keys. It is replaced, whatever it was; an empty result removes it.',
    'zunionInterDiffGenericCommand in src/t_zset.c',
    'commands/sorted-sets/algebra.ts#store',
  ],
  'a listpack up to 128 members, then a skiplist for good': [
    'OBJECT ENCODING answers listpack up to 128 members, and skiplist from then on, even if members are removed again.',
    'zsetConvertToListpackIfNeeded and zsetConvert in src/t_zset.c',
    SET,
  ],
  'a listpack for members up to 64 bytes': [
    'One member of 65 bytes makes the set a skip list.',
    'zsetAdd in src/t_zset.c',
    SET,
  ],
  'ioredis keeps a leaderboard': [
    'If everything above passes, this passes. If not, run it with --trace, and look at what the library sends.',
    'zaddCommand in src/t_zset.c',
    `${ADD}#zadd`,
  ],
  'a sorted set comes back from a dump': [
    'Write small ones as one listpack (type 17), large ones as their number, and then each member as a string and its score as a double of 8 bytes, the lowest byte first (type 5). The member with the highest score comes first.',
    'rdbSaveObject and rdbLoadObject in src/rdb.c',
    'persistence/rdb/read-sorted-set.ts#readSortedSet',
  ],
};

import type { Hint } from './hint.ts';

export const won = 'ioredis shares a queue';

const LISTS = 'commands/lists/lists.ts';
const HASHES = 'commands/hashes/hashes.ts';
const SETS = 'commands/sets/sets.ts';
const BLOCKING = 'commands/lists/blocking.ts';
const WAITS = 'clients/blocked-clients.ts#BlockedClients';

export const hints: Record<string, Hint> = {
  'RPUSH adds after the last, LPUSH before the first, one element after the other': [
    'LPUSH l a b puts b before a: each element becomes the first. The reply is the length.',
    'pushGenericCommand in src/t_list.c',
    `${LISTS}#lpush`,
  ],
  'LPOP and RPOP take from their end': [
    'One element, as a bulk string. Taking the first of an array moves all others: use a deque, or blocks.',
    'popGenericCommand in src/t_list.c',
    `${LISTS}#lpop`,
  ],
  'LPOP and RPOP with a count take an array, from their end inwards': [
    'With a count the reply is an array, also for a count of 1. RPOP begins with the last element.',
    'popGenericCommand in src/t_list.c',
    `${LISTS}#lpop`,
  ],
  'LPOP and RPOP of a missing key answer nil, with a count the null array': [
    'The nil has the form of the reply that would have come: $-1, or *-1 with a count.',
    'popGenericCommand in src/t_list.c (null_array)',
    `${LISTS}#lpop`,
  ],
  'LINDEX counts from 0, and back from -1': [
    'A negative index has the length added to it. Outside of the list the reply is nil.',
    'lindexCommand in src/t_list.c',
    `${LISTS}#lindex`,
  ],
  'LRANGE answers both ends and what is between them': [
    'Both indexes belong to the range, and both may be negative.',
    'lrangeCommand in src/t_list.c',
    `${LISTS}#lrange`,
  ],
  'LRANGE leaves out indexes beyond the ends, and is empty if nothing is left': [
    'A start before the list is 0, an end after it is the last. Then start > end means an empty array.',
    'addListRangeReply in src/t_list.c',
    `${LISTS}#lrange`,
  ],
  'LSET replaces one element, counted from either end': [
    'The index is that of LINDEX.',
    'lsetCommand in src/t_list.c',
    `${LISTS}#lset`,
  ],
  'LREM removes equal elements: the first, the last, or all': [
    'A positive count removes from the front, a negative one from the back, 0 all. The reply is how many.',
    'lremCommand in src/t_list.c',
    'commands/lists/elements.ts#lrem',
  ],
  'LMOVE moves an element from an end to an end': [
    'The first word says where it is taken, the second where it is put. The reply is the element.',
    'lmoveGenericCommand in src/t_list.c',
    'commands/lists/moving.ts#lmove',
  ],
  'a queue that never empties keeps its order': [
    'If elements are lost or swapped, look at the place where one block of your list ends and the next begins.',
    'quicklistPush in src/quicklist.c',
    `${LISTS}#rpush`,
  ],
  'HSET counts the fields that are new': [
    'A field that is there gets the new value, and is not counted.',
    'hsetCommand in src/t_hash.c',
    `${HASHES}#hset`,
  ],
  'HMGET answers in the order of the request, repeats included': [
    'The array has an element for each field named, and nil for a field that does not exist.',
    'hmgetCommand in src/t_hash.c',
    `${HASHES}#hmget`,
  ],
  'HGETALL in RESP3 is a map, also an empty one; HKEYS and HVALS are arrays': [
    'A missing key is an empty map: %0, and not a null.',
    'genericHgetallCommand in src/t_hash.c',
    `${HASHES}#hgetall`,
  ],
  'HINCRBY counts from 0 in a field that is not there': [
    'It is INCRBY in a field; the hash is made when it is missing.',
    'hincrbyCommand in src/t_hash.c',
    `${HASHES}#hincrby`,
  ],
  'SADD counts the members that are new': [
    'A member that is named twice is counted once.',
    'saddCommand in src/t_set.c',
    `${SETS}#sadd`,
  ],
  'SMISMEMBER answers for each, in order': [
    'An array of integers, 1 or 0, also when the key is missing.',
    'smismemberCommand in src/t_set.c',
    `${SETS}#smismember`,
  ],
  'SPOP takes a member out, and at last the key': [
    'Any member will do, but each must have its chance. With the last one the key goes.',
    'spopCommand in src/t_set.c',
    `${SETS}#spop`,
  ],
  'SINTER, SUNION and SDIFF: what all share, what any has, what the first alone has': [
    'A missing key is an empty set. In RESP2 the reply is an array, in any order.',
    'sinterGenericCommand and sunionDiffGenericCommand in src/t_set.c',
    'commands/sets/algebra.ts#sinter',
  ],
  'the target of SINTERSTORE and its kind may be one of the sources': [
    'Compute the whole result first, and replace the target then.',
    'sinterGenericCommand in src/t_set.c',
    'commands/sets/algebra.ts#sinterstore',
  ],
  'other types refuse a list, and SET replaces it': [
    'Each command tests the type of the value that it finds. SET does not look at the old value, so it never refuses.',
    'checkType in src/object.c',
    'store/value.ts#wrongType',
  ],
  'the last element takes the key with it, and its deadline': [
    'After each removal, look whether the list is empty, and delete the key then.',
    'listElementsRemoved in src/t_list.c',
    `${LISTS}#lpop`,
  ],
  'the last field takes the key with it, and its deadline': [
    'HDEL of the last field deletes the key, with its deadline.',
    'hdelCommand in src/t_hash.c',
    `${HASHES}#hdel`,
  ],
  'the last member takes the key with it, and its deadline': [
    'SREM of the last member deletes the key, with its deadline.',
    'sremCommand in src/t_set.c',
    `${SETS}#srem`,
  ],
  'OBJECT ENCODING: a hash is a listpack up to 512 fields': [
    'Count the fields after each HSET. The 513th makes it a hashtable, and it stays one when fields go.',
    'hashTypeConvert in src/t_hash.c',
    'store/hash-value.ts#Hash',
  ],
  'OBJECT ENCODING: a hash is a listpack up to 64 bytes a field or value': [
    'Look at the length of each field and each value before you store it: 65 bytes make it a hashtable.',
    'hashTypeTryConversion in src/t_hash.c',
    'store/hash-value.ts#isLong',
  ],
  'OBJECT ENCODING: a set of 64-bit integers is an intset, up to 512 of them': [
    'A member is an integer when INCR would take it. With the 513th the set becomes a hashtable for good.',
    'setTypeAdd in src/t_set.c',
    'store/set-value.ts#SetValue',
  ],
  'BLPOP and BRPOP take at once what is there': [
    'The reply is an array of two: the name of the key, and the element.',
    'blockingPopGenericCommand in src/t_list.c',
    `${BLOCKING}#blpop`,
  ],
  'BLPOP and BRPOP wait for a push': [
    'Keep the request, and answer nothing yet. When a list appears at the key, run the request again.',
    'blockForKeys in src/blocked.c',
    WAITS,
  ],
  'timeouts end in the null array, whatever the command': [
    'The timeout is in seconds and may have a fraction. After it the reply is *-1, for BRPOPLPUSH too.',
    'replyToBlockedClientTimedOut in src/blocked.c',
    WAITS,
  ],
  'a push is answered as if no client had waited, and its element is taken before the next command': [
    'Finish the push with its reply, the length included; then serve those who wait, before any other request runs.',
    'handleClientsBlockedOnKeys in src/blocked.c',
    WAITS,
  ],
  'BLMOVE and BRPOPLPUSH wait for the source': [
    'They wait for the first key alone. When they run again, they push: that may serve others.',
    'blmoveCommand in src/t_list.c',
    `${BLOCKING}#blmove`,
  ],
  'a client that waits and goes away takes nothing any more': [
    'When a connection ends, take it out of the queues of all keys for which it waits.',
    'unblockClient in src/blocked.c',
    WAITS,
  ],
  'BLPOP of several keys: any of them ends the wait': [
    'The client stands in the queue of each key. Keys are looked at in the order of the request.',
    'blockForKeys in src/blocked.c',
    WAITS,
  ],
  'BLPOP of several keys: once one of them has served the client, it waits for none': [
    'A later push to another of its keys must stay in the list.',
    'unblockClientWaitingData in src/blocked.c',
    WAITS,
  ],
  'each push serves the client that has waited longest': [
    'A queue for each key, in the order of arrival.',
    'handleClientsBlockedOnKey in src/blocked.c',
    WAITS,
  ],
  'one push serves several clients, in their order': [
    'After a push of three elements three clients are served: go on while there are both elements and clients.',
    'handleClientsBlockedOnKey in src/blocked.c',
    WAITS,
  ],
  'ioredis pushes, reads and pops': [
    'If the tests before pass, this one does.',
    'lpopCommand in src/t_list.c',
    `${LISTS}#lpop`,
  ],
};

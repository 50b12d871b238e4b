import type { Hint } from './hint.ts';

export const won = 'ioredis stores, counts and expires';

const STRINGS = 'commands/strings/strings.ts';
const KEYS = 'commands/keys/keys.ts';
const EXPIRE = 'commands/keys/expire.ts';

export const hints: Record<string, Hint> = {
  'a key holds what it was set to, until it is set again': [
    'A map from key to value. GET of a key that is not there answers nil: $-1.',
    'setGenericCommand and getCommand in src/t_string.c',
    `${STRINGS}#set`,
  ],
  'keys and values may be empty, and hold any byte': [
    'Use bytes as keys of the map, or a string in which each character is one byte.',
    'dictSdsHash in src/server.c',
    'store/database.ts#Database',
  ],
  'a missing key is a null in RESP3': [
    'After HELLO 3 a nil is _ and CRLF, inside arrays too.',
    'addReplyNull in src/networking.c',
    'shared/resp/encoder.ts#ReplyWriter',
  ],
  'DEL and UNLINK remove keys, and count those that were there': [
    'A key that is named twice is deleted, and counted, once.',
    'delGenericCommand in src/db.c',
    `${KEYS}#del`,
  ],
  'EXISTS and TOUCH count a key as often as it is named': [
    'Look each argument up by itself, and count those that are found.',
    'existsCommand in src/db.c',
    `${KEYS}#exists`,
  ],
  'TYPE answers string, and none for a missing key': [
    'The reply is a simple string: +string, or +none.',
    'typeCommand in src/db.c',
    `${KEYS}#type`,
  ],
  'SET with NX sets new keys only, with XX existing ones only': [
    'A SET that its condition refuses answers nil and changes nothing. Read all options before anything is changed.',
    'setGenericCommand in src/t_string.c',
    'commands/strings/set-options.ts#parseSetOptions',
  ],
  'SET with GET answers the old value, whether or not the key is set': [
    'Look the old value up before the condition is tested; it is the reply in every case.',
    'setGenericCommand in src/t_string.c',
    `${STRINGS}#set`,
  ],
  'all of ten thousand keys are found again': [
    'If it takes seconds, look for a search through all keys, or for a copy of the input buffer per request.',
    'dictFind in src/dict.c',
    'shared/dict/dict.ts#Dict',
  ],
  'DBSIZE follows while thousands of keys come and go': [
    'DEL with thousands of arguments is one request. DBSIZE is the size of the map, in O(1).',
    'dbsizeCommand in src/db.c',
    'commands/keys/databases.ts#dbsize',
  ],
  'KEYS finds what the pattern matches': [
    '* is any text, ? any byte, [ae] one of these, [^a] any other, [b-f] a range, and \\ takes the next byte as it is.',
    'stringmatchlen_impl in src/util.c',
    `${KEYS}#keys`,
  ],
  'SCAN finds every key, whatever COUNT says': [
    'The reply is an array of two: the next cursor as a bulk string, and an array of keys. Cursor 0 begins, and ends.',
    'scanGenericCommand in src/db.c, dictScan in src/dict.c',
    `${KEYS}#scan`,
  ],
  'SCAN finds the keys that stay, while others come and go': [
    'A position in a list of keys moves when keys before it go. Use something of the key itself as the cursor, such as its hash.',
    'dictScan in src/dict.c (the comment above it)',
    'shared/dict/dict.ts#Dict',
  ],
  'SCAN with MATCH and TYPE answers only the keys that fit': [
    'COUNT says how many keys are looked at; what does not fit is left out afterwards. So an empty array with a cursor is a right reply.',
    'scanGenericCommand in src/db.c',
    'commands/scan.ts#parseScanOptions',
  ],
  'four ways to give a key a time to live': [
    'Store the deadline: Unix time in ms. EXPIRE and PEXPIRE add the time of now, EXPIREAT and PEXPIREAT do not.',
    'expireGenericCommand in src/expire.c',
    `${EXPIRE}#expire`,
  ],
  'TTL, PTTL, EXPIRETIME and PEXPIRETIME answer -2 without a key, -1 without a deadline': [
    'Ask first whether the key exists, then whether it has a deadline.',
    'ttlGenericCommand in src/expire.c',
    `${EXPIRE}#expire`,
  ],
  'an expired key is gone for every command': [
    'Test the deadline in the one function through which all commands look keys up, and delete the key there. KEYS must not show it either.',
    'expireIfNeeded in src/db.c',
    'store/database.ts#Database',
  ],
  'SET with EX, PX, EXAT and PXAT gives a time to live': [
    'EX and EXAT are in seconds, PX and PXAT in ms; EXAT and PXAT are points in time.',
    'parseExtendedStringArgumentsOrReply in src/t_string.c',
    'commands/strings/set-options.ts#deadlineOf',
  ],
  'the next SET removes a time to live, unless it says KEEPTTL': [
    'SET replaces the key as a whole, its deadline too.',
    'setKey in src/db.c (removeExpire)',
    `${STRINGS}#set`,
  ],
  'PERSIST takes the deadline away': [
    'The reply is 1 only when there was a deadline.',
    'persistCommand in src/expire.c',
    `${EXPIRE}#persist`,
  ],
  'EXPIRE with a time that has passed removes the key at once': [
    'Zero and negative times are valid: the deadline is in the past. The reply is still 1.',
    'checkAlreadyExpired in src/expire.c',
    `${EXPIRE}#expire`,
  ],
  'RENAME moves the value with its time to live, and replaces what was there': [
    'The deadline moves with the value. A deadline that the new name had is lost, even if the moved key has none.',
    'renameGenericCommand in src/db.c',
    'commands/keys/transfer.ts#rename',
  ],
  'expired keys are removed even if no command looks them up': [
    'A timer looks at keys with deadlines, a few ms at a time. DBSIZE counts keys that are expired and not yet removed.',
    'activeExpireCycle in src/expire.c',
    'store/expire-cycle.ts#ExpireCycle',
  ],
  'each of many keys expires at its own deadline': [
    'When a deadline is changed, the old one must not count any more: not in your heap, nor in a list of timers.',
    'activeExpireCycle in src/expire.c',
    'store/expiry.ts#Expiry',
  ],
  'INCR and its kind count a missing key as 0': [
    'The sum is stored as a string of digits; the reply is an integer.',
    'incrDecrCommand in src/t_string.c',
    'commands/strings/counters.ts#incr',
  ],
  'INCR and its kind take only integers, written as Redis writes them': [
    'No spaces, no +, no leading zeros, no -0. Most number parsers take more than that.',
    'string2ll in src/util.c',
    'commands/arguments.ts#parseLongLong',
  ],
  'INCR and its kind are exact over all of 64 bits': [
    'A double is exact only up to 2^53. Use 64-bit integers, or big ones.',
    'incrDecrCommand in src/t_string.c',
    'commands/strings/counters.ts#addInt64',
  ],
  'INCR and its kind refuse to overflow, and leave the value': [
    'Test before you add. DECRBY of the smallest integer has no negative, and an error of its own.',
    'incrDecrCommand and decrbyCommand in src/t_string.c',
    'commands/strings/counters.ts#addInt64',
  ],
  'INCRBYFLOAT answers 0.3 for 0.1 and 0.2, and writes no zeros at the end': [
    'Redis adds long doubles and prints 17 digits after the point, without zeros at the end. With doubles, print 15 significant digits. No exponent.',
    'incrbyfloatCommand in src/t_string.c, ld2string in src/util.c',
    'commands/strings/counters.ts#incrbyfloat',
  ],
  'APPEND makes the key, or makes the string longer, and answers its length': [
    'The reply is the length of the whole string, in bytes.',
    'appendCommand in src/t_string.c',
    'commands/strings/substrings.ts#append',
  ],
  'GETRANGE includes both ends, and negative ones count from the end': [
    '-1 is the last byte. A start before the first byte is the first, an end after the last byte is the last. SUBSTR is its old name.',
    'getrangeCommand in src/t_string.c',
    'commands/strings/substrings.ts#substrings',
  ],
  'SETRANGE overwrites, makes longer, and answers the length': [
    'The bytes of the string after the new part stay as they are.',
    'setrangeCommand in src/t_string.c',
    'commands/strings/substrings.ts#setrange',
  ],
  'MSET and MGET take several keys at once; missing ones are nulls': [
    'MGET answers an array with an element for each name, in order, also for one that comes twice.',
    'mgetCommand and msetGenericCommand in src/t_string.c',
    `${STRINGS}#mget`,
  ],
  'MSETNX sets all or none': [
    'Look at all keys first; one that exists is enough to set nothing.',
    'msetGenericCommand in src/t_string.c',
    `${STRINGS}#msetnx`,
  ],
  'SELECT chooses one of sixteen databases, each with keys of its own': [
    'The chosen database is part of the connection, and 0 at its start.',
    'selectCommand in src/db.c',
    'commands/keys/databases.ts#select',
  ],
  'FLUSHDB empties one database, FLUSHALL all, in any mode': [
    'The deadlines go too: a key of the same name set later has none. ASYNC and SYNC are taken in either case.',
    'flushallCommand in src/db.c',
    'commands/keys/databases.ts#flushall',
  ],
  'noeviction: nothing is evicted, writes are refused': [
    'Count the bytes of keys and values. Before a command that may need memory (flag denyoom), compare with maxmemory; the code of the error is OOM.',
    'processCommand in src/server.c (out_of_memory)',
    'router/guards.ts#expectRoom',
  ],
  'allkeys-lru: the keys used last stay': [
    'Note the second of the last use with each key. To evict, look at five random keys and take the one that was used longest ago.',
    'performEvictions and evictionPoolPopulate in src/evict.c',
    'store/eviction.ts#Eviction',
  ],
  'volatile-ttl: the keys that expire next are evicted': [
    'As for LRU, but compare deadlines, and look only at keys that have one.',
    'evictionPoolPopulate in src/evict.c',
    'store/eviction.ts#Eviction',
  ],
  'ioredis sets strings, counts, and asks for times to live': [
    'If the tests before pass, this one does: ioredis sends what they send, many requests in one packet.',
    'setCommand in src/t_string.c',
    `${STRINGS}#strings`,
  ],
};

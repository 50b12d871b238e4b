import type { Hint } from './hint.ts';

export const won = 'a log that a team of workers shares';

const STREAMS = 'commands/streams/streams.ts';
const READ = 'commands/streams/read.ts';
const TRIM = 'commands/streams/trim.ts';
const XGROUP = 'commands/streams/xgroup.ts';
const GROUPS = 'commands/streams/groups.ts';
const PENDING = 'commands/streams/pending.ts';
const CLAIM = 'commands/streams/claim.ts';
const ARGUMENTS = 'commands/streams/arguments.ts';

export const hints: Record<string, Hint> = {
  'XADD adds entries and answers their IDs': [
    'An entry is an ID and a list of fields and values. XADD answers the ID as a bulk string; XRANGE x - + answers an array of pairs: the ID, and the flat list.',
    'xaddCommand and streamAppendItem in src/t_stream.c',
    `${STREAMS}#xadd`,
  ],
  'an entry keeps its fields in order, repeated ones and empty ones too': [
    'Keep the fields as the list that was sent. A hash table would lose their order and the repetitions.',
    'streamAppendItem in src/t_stream.c',
    'store/stream.ts#Stream',
  ],
  'XADD refuses fields without values': [
    'After the ID come pairs of a field and a value, at least one pair. Anything else is the error for a wrong number of arguments.',
    'streamParseAddOrTrimArgsOrReply in src/t_stream.c',
    `${STREAMS}#xadd`,
  ],
  'XADD with NOMKSTREAM makes no key': [
    'The option stands between the key and the ID. When the key is missing the reply is nil, and nothing is created.',
    'xaddCommand in src/t_stream.c',
    `${STREAMS}#xadd`,
  ],
  'XDEL counts the entries that were there': [
    'XDEL key id [id ...]: read all IDs first, then remove, and answer how many entries were removed.',
    'xdelCommand in src/t_stream.c',
    `${STREAMS}#xdel`,
  ],
  'a stream without entries is still there': [
    'A stream does not vanish with its last entry, as lists and sets do: it remembers its last ID, and its groups.',
    'xdelCommand in src/t_stream.c',
    `${STREAMS}#xdel`,
  ],
  'XADD with * makes an ID of the time now': [
    'An ID is two 64-bit numbers, ms-seq. For * take the time in ms, and 0 as the sequence number.',
    'streamNextID in src/t_stream.c',
    `${STREAMS}#idForEntry`,
  ],
  'XADD with * makes a greater ID even when the clock stands still or has gone back': [
    'When the time is not later than the ms of the last ID, keep that ms and add 1 to its sequence number. IDs never go back.',
    'streamNextID in src/t_stream.c',
    `${STREAMS}#nextInMillisecond`,
  ],
  'XADD with ms-* chooses the sequence number alone': [
    'In the millisecond of the last ID, take its sequence number plus 1; if that exceeds 64 bits, refuse the ID. In a later millisecond, take 0.',
    'streamParseStrictIDOrReply in src/t_stream.c',
    `${STREAMS}#idForEntry`,
  ],
  'XADD refuses an ID that is not greater than the last one': [
    'Compare with the last ID that was ever added, even if that entry has been deleted.',
    'streamAppendItem in src/t_stream.c',
    'store/stream-id.ts#compareIds',
  ],
  'XADD refuses 0-0, and makes no key': [
    'The smallest ID is 0-1. Check it before you create the key. The error has a text of its own.',
    'streamAppendItem in src/t_stream.c',
    'store/stream-id.ts#isZero',
  ],
  'XRANGE answers the entries between two IDs, both included': [
    '- is the smallest ID, + the greatest. XREVRANGE takes the greater end first, and answers from there.',
    'xrangeGenericCommand in src/t_stream.c',
    `${STREAMS}#rangeReply`,
  ],
  'in a range, ms alone stands for the whole millisecond': [
    'An ID without a sequence number means 0 at the start of a range and the greatest number at its end.',
    'streamParseIntervalIDOrReply in src/t_stream.c',
    `${ARGUMENTS}#rangeId`,
  ],
  'COUNT limits how many entries XRANGE answers': [
    'COUNT n after the two ends: at most n entries. With 0 or less the reply is the null array, *-1, if the key exists.',
    'xrangeGenericCommand in src/t_stream.c',
    `${ARGUMENTS}#parseCount`,
  ],
  'XRANGE finds any entry of many, from both sides': [
    'Do not walk from the beginning. Entries are in order, so find the first one by halving: over blocks of entries, then within one block.',
    'streamIteratorStart in src/t_stream.c',
    'store/stream-block.ts#StreamBlock',
  ],
  'XREAD answers what comes after an ID, for each stream that has it': [
    'XREAD STREAMS a b 0 0: first all keys, then as many IDs. The reply has a pair of key and entries for each stream that has any; in RESP3 it is a map.',
    'xreadCommand in src/t_stream.c',
    `${READ}#xread`,
  ],
  'XREAD answers a null array when there is nothing': [
    'No stream has a later entry: *-1 in RESP2, _ in RESP3, and not an empty array.',
    'xreadCommand in src/t_stream.c',
    `${READ}#xread`,
  ],
  'XREAD with BLOCK waits for an entry after the ID': [
    'As BLPOP of stage 03: note the client with its keys, and run the request again when an entry was added to one of them.',
    'handleClientsBlockedOnKeys in src/blocked.c',
    `${READ}#xread`,
  ],
  'in XREAD, $ means what comes after this moment': [
    'Replace $ by the last ID of the stream when the request arrives, before the client waits.',
    'xreadCommand in src/t_stream.c',
    `${READ}#lastSeen`,
  ],
  'every client that waits gets the entry': [
    'An entry is read, not taken: serve all clients that wait for the key, not only the first.',
    'serveClientsBlockedOnStreamKey in src/blocked.c (7.0)',
    `${READ}#hasEntriesAfter`,
  ],
  'the timeout of BLOCK is in milliseconds, and ends in a null array': [
    'BLOCK 0 waits without end. Other blocking commands count in seconds, with fractions.',
    'replyToBlockedClientOnTimeout in src/blocked.c',
    `${ARGUMENTS}#parseBlock`,
  ],
  'XGROUP CREATE makes a group, once': [
    'A group has a name and the last ID that it has delivered. A second one of that name is refused with -BUSYGROUP.',
    'xgroupCommand in src/t_stream.c',
    `${XGROUP}#xgroupCreate`,
  ],
  'XGROUP CREATE needs the key, or MKSTREAM': [
    'Without the key there is an error; with MKSTREAM at the end an empty stream is created.',
    'xgroupCommand in src/t_stream.c',
    `${XGROUP}#xgroupCreate`,
  ],
  'XREADGROUP gives each entry to one consumer': [
    'With the ID > deliver what comes after the last ID of the group, move that ID on, and note each entry as pending for this consumer. A consumer is created when it is first named.',
    'xreadCommand and streamReplyWithRange in src/t_stream.c',
    `${GROUPS}#deliver`,
  ],
  'each group gets every entry': [
    'Groups know nothing of each other: each has a last ID and a pending list of its own.',
    'streamCreateCG in src/t_stream.c',
    'store/stream-groups.ts#ConsumerGroup',
  ],
  'XREADGROUP with another ID than > asks for what the consumer has pending': [
    'This is how a consumer that was restarted finds what it had not finished: its own pending entries after that ID. Nothing new is delivered.',
    'streamReplyWithRangeFromConsumerPEL in src/t_stream.c',
    `${GROUPS}#history`,
  ],
  'XACK counts what was pending, and takes it from the consumer': [
    'Remove the ID from the pending list of the group and from that of its consumer. The entry itself stays in the stream.',
    'xackCommand in src/t_stream.c',
    `${GROUPS}#xack`,
  ],
  'XPENDING in its short form: the number, both ends, and the consumers': [
    'An array of four: how many, the smallest ID, the greatest, and pairs of consumer and number as bulk strings. Consumers without pending entries are left out.',
    'xpendingCommand in src/t_stream.c',
    `${PENDING}#summary`,
  ],
  'XPENDING in its long form: each entry of a range': [
    'XPENDING key group start end count [consumer]: for each the ID, the consumer, the ms since its last delivery, and the number of deliveries.',
    'xpendingCommand in src/t_stream.c',
    `${PENDING}#xpending`,
  ],
  'XCLAIM gives entries to another consumer and counts the delivery': [
    'Only entries that have been idle for at least the given ms. The reply holds the entries themselves.',
    'xclaimCommand in src/t_stream.c',
    `${CLAIM}#xclaim`,
  ],
  'XAUTOCLAIM takes over what is idle, page by page': [
    'The reply is an array of three: the ID to go on from (0-0 at the end), the claimed entries, and the IDs that are no longer in the stream.',
    'xautoclaimCommand in src/t_stream.c',
    `${CLAIM}#xautoclaim`,
  ],
  'ioredis works as a consumer': [
    'If everything above passes, this passes. If not, run it with --trace, and look at what the library sends.',
    'xreadCommand in src/t_stream.c',
    `${GROUPS}#xreadgroup`,
  ],
  'XADD with MAXLEN keeps the latest entries': [
    'MAXLEN n, or MAXLEN = n, before the ID: after the entry was added, remove the oldest ones until n are left.',
    'streamTrim in src/t_stream.c',
    `${TRIM}#parseAddOrTrim`,
  ],
  'XADD with MINID keeps the entries from an ID on': [
    'MINID id removes all entries with a smaller ID.',
    'streamTrim in src/t_stream.c',
    `${TRIM}#parseAddOrTrim`,
  ],
  'XTRIM counts what it removes': [
    'XTRIM takes the same words as XADD, after the key, and answers the number of removed entries.',
    'xtrimCommand in src/t_stream.c',
    `${STREAMS}#xtrim`,
  ],
  'XTRIM with ~ removes whole nodes of a hundred entries': [
    'With ~ remove a block only if nothing in it has to be kept. Up to 99 entries too many may stay, and no block has to be rewritten.',
    'streamTrim in src/t_stream.c',
    `${TRIM}#parseAddOrTrim`,
  ],
};

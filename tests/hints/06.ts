import type { Hint } from './hint.ts';

export const won = 'a server whose data survive a restart';

export const hints: Record<string, Hint> = {
  'SAVE writes a file that starts with REDIS and a version, and ends with a checksum': [
    'Write nine bytes of magic and version, then opcodes and keys, then ff and a CRC-64 of all bytes before it, lowest byte first.',
    'rdbSaveRio in src/rdb.c',
    'persistence/rdb/format.ts#RdbFormat',
  ],
  'the file holds AUX fields, SELECTDB, RESIZEDB and the keys': [
    'In front of the keys of a database stand fe and its number, fb and its two sizes. The deadline of a key, fc and 8 bytes, stands before its type.',
    'rdbSaveRio and rdbSaveKeyValuePair in src/rdb.c',
    'persistence/rdb/format.ts#RdbFormat',
  ],
  'strings come back after a restart': [
    'At the start, open dump.rdb before the first request is answered. Keys and values are any bytes, the empty string included.',
    'rdbLoadRio in src/rdb.c',
    'persistence/rdb/load.ts#RdbLoader',
  ],
  'all sixteen databases come back': [
    'SELECTDB says to which database the keys after it belong. Write it in front of each database that has keys.',
    'rdbSaveDb in src/rdb.c',
    'persistence/rdb/load.ts#RdbLoader',
  ],
  'deadlines come back as points in time': [
    'EXPIRETIME_MS holds the deadline as Unix time in ms, a signed number of 8 bytes, lowest byte first. Nothing is added or subtracted.',
    'rdbSaveMillisecondTime in src/rdb.c',
    'persistence/rdb/output.ts#RdbOutput',
  ],
  'keys whose deadline passed while the server was down are gone, and counted': [
    'While loading, compare the deadline of each key with the clock. INFO counts those left out: rdb_last_load_keys_expired.',
    'rdbLoadRioWithLoadingCtx in src/rdb.c',
    'persistence/rdb/load.ts#RdbLoader',
  ],
  'DUMP answers a type, the value, the RDB version in two bytes and a CRC-64': [
    'The bytes of the value are those of the file, without the key. After them come the version (0b 00) and the checksum of all of it.',
    'createDumpPayload in src/cluster.c',
    'commands/keys/dump.ts#dumpKey',
  ],
  'integers are written in the fewest bytes': [
    'c0, c1 and c2 stand in front of 1, 2 and 4 bytes, lowest first. Use them only for a text that is exactly what the integer prints.',
    'rdbTryIntegerEncoding in src/rdb.c',
    'persistence/rdb/output.ts#RdbOutput',
  ],
  'RESTORE creates the key': [
    'Check the footer, then read a type and a value, as from a file. A time of 0 means that the key has no deadline.',
    'restoreCommand in src/cluster.c',
    'commands/keys/dump.ts#restore',
  ],
  'RESTORE refuses a key that is there, unless with REPLACE': [
    'BUSYKEY comes before the payload is looked at.',
    'restoreCommand in src/cluster.c',
    'commands/keys/dump.ts#restore',
  ],
  'a length is read in each of its encodings': [
    'The two highest bits of the first byte choose: 6 bits, 14 bits, or the next 4 or 8 bytes, highest byte first.',
    'rdbLoadLenByRef in src/rdb.c',
    'persistence/rdb/input.ts#RdbInput',
  ],
  'collections are read in their plain and in their packed forms': [
    'Types 1, 2 and 4 list their elements as strings. Types 11, 16 and 18 hold one string each, whose bytes are an intset or a listpack.',
    'rdbLoadObject in src/rdb.c',
    'persistence/rdb/read-value.ts#readValue',
  ],
  'compressed strings are read': [
    'c3, the compressed length, the length, then LZF: a control byte below 32 stands in front of literal bytes, another one copies bytes from further back.',
    'lzf_decompress in src/lzf_d.c',
    'persistence/rdb/input.ts#RdbInput',
  ],
  'a file that Redis has made is loaded at the start': [
    'All of this step in one file: integers, LZF, a list in a listpack, a hash in a listpack, a set in an intset. Print the offset of what you cannot read.',
    'rdbLoadObject in src/rdb.c',
    'persistence/rdb/read-value.ts#readValue',
  ],
  'lists, hashes and sets come back, short and long': [
    'Each type has one byte in front of the key that says how its elements follow. Any form of the table will do.',
    'rdbSaveObjectType and rdbSaveObject in src/rdb.c',
    'persistence/rdb/write-value.ts#valueType',
  ],
  'a stream comes back, with its last ID, its groups and what is pending': [
    'Save what cannot be computed from the entries: the last ID, and for each group its last ID, what is pending, and for which consumer.',
    'rdbSaveObject and rdbSaveStreamPEL in src/rdb.c',
    'persistence/rdb/write-stream.ts#streamType',
  ],
  'only what was there at the SAVE comes back': [
    'The file is written by SAVE alone, and read at the start. What changed in between is lost with the process.',
    'rdbSave in src/rdb.c',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'changes are counted, and SAVE sets the count to 0': [
    'One for each element, field or key that a command adds or removes; INFO shows it as rdb_changes_since_last_save.',
    'server.dirty, and rdbSave in src/rdb.c',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'LASTSAVE answers the time of the last save that succeeded': [
    'Unix time in seconds, set where a save succeeds. At the start it is the time of the start.',
    'lastsaveCommand in src/db.c',
    'commands/server/persistence.ts#lastsave',
  ],
  'SAVE is refused inside MULTI, and spoils it': [
    'The error comes in place of QUEUED, and EXEC answers EXECABORT.',
    'processCommand in src/server.c, CMD_NO_MULTI',
    'router/guards.ts#checkTransaction',
  ],
  'BGSAVE answers at once, and the dump comes': [
    'Reply first, write later. INFO says how it goes: rdb_bgsave_in_progress, then rdb_last_bgsave_status.',
    'rdbSaveBackground in src/rdb.c',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'clients are served while a BGSAVE runs, which refuses a second one and SAVE': [
    'Write a slice, then let the event loop answer what has arrived. If your language has fork, use it.',
    'bgsaveCommand in src/rdb.c',
    'persistence/rdb/file.ts#sendSnapshot',
  ],
  'the file shows the moment of BGSAVE, whatever changes while it is written': [
    'Before a key changes, check whether the snapshot has written it. If not, write its old value now. A key that is new since BGSAVE is left out.',
    'rdbSaveBackground in src/rdb.c: fork does it by pages',
    'persistence/snapshot.ts#Snapshot',
  ],
  'the file shows the databases as they were, whatever is flushed or swapped': [
    'The snapshot keeps the tables that it began with, and the number of the database to which each belonged then. FLUSHDB gives a database a new table.',
    'swapdbCommand in src/db.c',
    'persistence/snapshot.ts#Snapshot',
  ],
  'changes made while a BGSAVE runs are still to be saved': [
    'Remember the count of changes when the save starts, and subtract it when the save succeeds.',
    'backgroundSaveDoneHandlerDisk in src/rdb.c, dirty_before_bgsave',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'inside a transaction BGSAVE is scheduled: it starts after EXEC': [
    'Inside EXEC set a flag, and let the cron start the save.',
    'bgsaveCommand in src/rdb.c',
    'commands/server/persistence.ts#bgsave',
  ],
  'SAVE replaces the dump, and leaves nothing else in the folder': [
    'Write to a temporary name in the same folder, then rename it.',
    'rdbSave in src/rdb.c',
    'persistence/rdb/file.ts#writeSnapshotSync',
  ],
  'a power cut during a BGSAVE leaves the old dump or the new one': [
    'Never write to the file that has the name. Sync the new one before the rename, and the folder after it.',
    'rdbSave in src/rdb.c, fsyncFileDir in src/util.c',
    'persistence/rdb/file.ts#replaceFile',
  ],
  'a SAVE that fails is an error, keeps the count of changes, and leaves no temporary file': [
    'Whatever fails, even the rename: remove the temporary file, answer -ERR, and leave count and time as they were.',
    'rdbSave in src/rdb.c, label werr',
    'persistence/rdb/file.ts#discard',
  ],
  'a BGSAVE that fails makes the server refuse writes, until one succeeds': [
    'One more guard, for commands with the flag write, and for PING. It needs save points, and rdb_last_bgsave_status:err.',
    'writeCommandsDeniedByDiskError in src/server.c',
    'router/guards.ts#diskError',
  ],
  'RESTORE refuses a wrong checksum': [
    'The last 8 bytes are the checksum of all bytes before them, the version included.',
    'verifyDumpPayload in src/cluster.c',
    'commands/keys/dump.ts#hasItsChecksum',
  ],
  'RESTORE refuses a right checksum over something that is no value': [
    'An unknown type, an opcode, or bytes that end too early: ERR Bad data format, and no key.',
    'restoreCommand in src/cluster.c',
    'commands/keys/dump.ts#parsePayload',
  ],
  'RESTORE refuses a length beyond the bytes that are there': [
    'Compare a length with the number of bytes that are left before you allocate anything.',
    'rdbGenericLoadStringObject in src/rdb.c',
    'persistence/rdb/input.ts#RdbInput',
  ],
  'a server does not start with a dump of another magic, of an unknown version, or cut short': [
    'One line that says what is wrong, exit code 1, and the file as it was: somebody may repair it.',
    'rdbLoadRio and rdbReportError in src/rdb.c',
    'persistence/rdb/load.ts#RdbLoader',
  ],
  'a server does not start with a dump that has a wrong checksum, or a wrong type, database or length': [
    'Compute the CRC-64 while you read. Eight zero bytes mean that there is none; types and numbers must be checked all the same.',
    'rdbLoadRioWithLoadingCtx in src/rdb.c',
    'persistence/rdb/load.ts#RdbLoader',
  ],
  'a save point: a change after a second is saved without a command': [
    'Several times a second, check each save point: are there at least as many changes, and is the last save at least as many seconds ago?',
    'serverCron in src/server.c',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'SHUTDOWN saves where there are save points, and ends the server': [
    'No reply: save, close the connections, end with exit code 0.',
    'prepareForShutdown in src/server.c',
    'commands/server/persistence.ts#shutdown',
  ],
  'FLUSHALL saves the empty keyspace where there are save points': [
    'Without this save, the next start would bring back what was flushed.',
    'flushAllDataAndResetRDB in src/db.c',
    'persistence/rdb/saver.ts#RdbSaver',
  ],
  'CONFIG GET shows the save points, and CONFIG SET changes them': [
    'The value of save is one text with all points: 1 10 60 1000. The empty text means none.',
    'configSetCommand and setConfigSaveOption in src/config.c',
    'commands/server/config.ts#configSet',
  ],
  'CONFIG SET sets all options, or none': [
    'Read all values first. Only when each is valid, set them.',
    'configSetCommand in src/config.c',
    'commands/server/config.ts#configSet',
  ],
};

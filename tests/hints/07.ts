import type { Hint } from './hint.ts';

export const won = 'a server that survives a power cut';

const AOF = 'persistence/aof/aof.ts#Aof';
const FOLDER = 'persistence/aof/folder.ts#AofFolder';
const MANIFEST = 'persistence/aof/manifest.ts';
const LOADER = 'persistence/aof/load-file.ts#AofFileLoader';
const REWRITER = 'persistence/aof/rewrite.ts#AofRewriter';
const PROPAGATION = 'router/propagate.ts#Propagation';

export const hints: Record<string, Hint> = {
  'the log holds writes as they were typed': [
    'After a command that changed the keyspace, append the request to the file as an array of bulk strings: the form in which clients send it.',
    'feedAppendOnlyFile and catAppendOnlyGenericCommand in src/aof.c',
    AOF,
  ],
  'the log holds no reads, no requests that change nothing, no failed ones': [
    'Count changes of the keyspace. If the number is the same before and after a command, nothing is appended.',
    'call in src/server.c',
    PROPAGATION,
  ],
  'the log holds SELECT where the database changes, and only there': [
    'Remember the database of the last request in the file. Append SELECT when the next one is about another database.',
    'feedAppendOnlyFile in src/aof.c',
    'persistence/command-output.ts#CommandOutput',
  ],
  'a time to live becomes a deadline in ms': [
    'EX 100 would mean a later deadline when the file is read again. Log the deadline: PXAT with SET, PEXPIREAT for the EXPIRE family.',
    'setGenericCommand in src/t_string.c, expireGenericCommand in src/expire.c',
    'commands/keys/expire.ts#setExpire',
  ],
  'sums of floats are logged as their results': [
    'The same sum on another machine may differ in its last digit. Log SET with KEEPTTL, or HSET, with the result.',
    'incrbyfloatCommand in src/t_string.c',
    'commands/strings/counters.ts#incrbyfloat',
  ],
  'SPOP is logged as an SREM of what came out': [
    'When the log is replayed, a random choice would come out differently. Log which members were removed; when none is left, DEL.',
    'spopCommand in src/t_set.c',
    'commands/sets/sets.ts#spop',
  ],
  'pops that may wait are logged as pops': [
    'BLPOP is logged as the LPOP that it did, whether it waited or not. A timeout leaves nothing.',
    'blpopCommand and blockingPopGenericCommand in src/t_list.c',
    'commands/lists/blocking.ts#blockingPop',
  ],
  'a stream entry is logged with its ID, and trimming with its exact size': [
    'Replace * by the ID that was chosen, and MAXLEN ~ by MAXLEN = with the length that came out.',
    'xaddCommand and streamRewriteTrimArgument in src/t_stream.c',
    'commands/streams/streams.ts#xadd',
  ],
  '--appendonly yes makes a folder with a manifest, a base and an incremental file': [
    'The folder appendonlydir holds three files: a base in RDB format, an empty incremental file, and appendonly.aof.manifest, with a line for each of the two.',
    'aofOpenIfNeededOnServerStart in src/aof.c',
    FOLDER,
  ],
  'after a power cut everything comes back': [
    'At the start read the manifest, load the base, then execute the requests of the incremental files, as if a client had sent them.',
    'loadAppendOnlyFiles in src/aof.c',
    'persistence/aof/load.ts#AofLoader',
  ],
  'what is pending in a group comes back': [
    'XREADGROUP is logged as XCLAIM, with the time and the number of deliveries, and XGROUP SETID for the last ID of the group.',
    'streamPropagateXCLAIM and streamPropagateGroupID in src/t_stream.c',
    'commands/streams/groups.ts#claimEffect',
  ],
  'appendfsync takes always, everysec and no, and nothing else': [
    'always, everysec (the default) and no, to be changed with CONFIG SET. Anything else is refused by a line that names the three.',
    'configEnum aof_fsync_enum in src/config.c',
    AOF,
  ],
  'with appendfsync always, a reply means that its request is in the file': [
    'Hold the reply back until the file has been written and synced. One sync may serve all clients whose requests came in the same turn.',
    'flushAppendOnlyFile and beforeSleep (src/aof.c, src/server.c)',
    'persistence/aof/file.ts#AofFile',
  ],
  'BGREWRITEAOF puts a new pair of files in the place of the old ones': [
    'Open a new incremental file first, then write a new base next to the old one, then switch the manifest. The numbers of both count up. INFO persistence says 0 for aof_rewrite_in_progress and aof_rewrite_scheduled when all is done.',
    'rewriteAppendOnlyFileBackground in src/aof.c',
    REWRITER,
  ],
  'everything comes back from a base in RDB format': [
    'The base is a snapshot as in stage 06. What was written since it began is in the incremental file.',
    'rewriteAppendOnlyFile in src/aof.c',
    REWRITER,
  ],
  'writes during a rewrite are in the new incremental file, and are applied once': [
    'The snapshot shows the moment when the new incremental file was opened. A write before that moment is in the base, a write after it in the file, and none is in both.',
    'openNewIncrAofForAppend in src/aof.c',
    REWRITER,
  ],
  'a rewrite begins by itself when the files have grown': [
    'Compare the size now with the size after the last rewrite: auto-aof-rewrite-percentage, and at least auto-aof-rewrite-min-size.',
    'serverCron in src/server.c',
    REWRITER,
  ],
  'the manifest says which files are loaded, and in which order': [
    'Each line is: file NAME seq NUMBER type b|i|h. Load the base (here a dump of chapter 06), then the incremental files in the order of the lines; append to the last one. Lines that begin with # are comments.',
    'aofLoadManifestFromFile in src/aof.c',
    `${MANIFEST}#parseManifest`,
  ],
  'files of history are not loaded, and are removed': [
    'Type h: the file was replaced and could not be deleted yet. Delete it after the start, then write the manifest without it.',
    'aofDelHistoryFiles in src/aof.c',
    FOLDER,
  ],
  'a power cut in the middle of a rewrite loses nothing': [
    'Until the manifest is switched, the old files and the new incremental file are all named in it. Write the manifest to another file, sync it, and rename it.',
    'persistAofManifest in src/aof.c',
    `${MANIFEST}#withNextBase`,
  ],
  'the server does not start without a file that the manifest names': [
    'Data would be missing. Print the name of the file, end with exit code 1, and leave all files as they are.',
    'loadAppendOnlyFiles in src/aof.c',
    'persistence/aof/load.ts#AofLoader',
  ],
  'a torn tail is cut off, and the rest is loaded': [
    'A power cut may leave half a request at the end of the last file. Remember where the last whole request ended, truncate the file there, and say so in the log.',
    'loadSingleAppendOnlyFile in src/aof.c',
    LOADER,
  ],
  'of a transaction that is torn nothing is loaded': [
    'Execute nothing between MULTI and EXEC before EXEC was read. If the tail is torn, cut the file before the MULTI.',
    'loadSingleAppendOnlyFile in src/aof.c',
    LOADER,
  ],
  'a torn tail is refused with aof-load-truncated no': [
    'With this option the server prints a line and ends, and the file stays as it is.',
    'loadSingleAppendOnlyFile in src/aof.c',
    LOADER,
  ],
  'damage in the middle is refused': [
    'Only the end of the last file may be torn. Any other byte that cannot be read is damage: print the file and the offset, and end.',
    'loadSingleAppendOnlyFile in src/aof.c',
    'persistence/aof/reader.ts#AofReader',
  ],
};

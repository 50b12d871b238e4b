import type { Hint } from './hint.ts';

export const won = 'a copy that takes over when a server is lost';

const PRIMARY = 'replication/primary.ts';
const LINK = 'replication/primary-link.ts#PrimaryLink';
const STREAM = 'replication/primary-stream.ts#PrimaryStream';
const REPLICATION = 'replication/replication.ts#Replication';
const BACKLOG = 'replication/backlog.ts#Backlog';
const ROLE = 'replication/role.ts';
const GUARDS = 'replication/guards.ts';
const WAIT = 'replication/wait.ts#AckWaits';

export const hints: Record<string, Hint> = {
  'REPLICAOF makes a replica, and NO ONE a primary again': [
    'REPLICAOF host port answers OK at once and connects later. INFO replication says role:slave, and role:master after REPLICAOF NO ONE.',
    'replicaofCommand in src/replication.c',
    `${ROLE}#becomeReplica`,
  ],
  '+FULLRESYNC names the replication ID and offset of INFO': [
    'PSYNC ? -1 is answered by the line +FULLRESYNC replid offset. The replication ID is 40 random hexadecimal digits, chosen at the start.',
    'masterTryPartialResynchronization and replicationSetupSlaveForFullResync in src/replication.c',
    `${PRIMARY}#synchronizeFully`,
  ],
  'the RDB of a full sync holds the data': [
    'After the line comes $, the length of the dump, CRLF, and the dump as in stage 06, without CRLF at its end.',
    'startBgsaveForReplication in src/replication.c',
    'replication/full-sync.ts#FullSync',
  ],
  'the stream after the RDB begins with a SELECT': [
    'A replica does not know in which database the next write happens. Send SELECT before the first write after a full sync.',
    'replicationFeedSlaves in src/replication.c',
    REPLICATION,
  ],
  'master_repl_offset counts the bytes of the stream': [
    'The offset grows by the length of everything that is streamed, whether a replica is there or not (once there has been one).',
    'feedReplicationBuffer in src/replication.c',
    REPLICATION,
  ],
  'a replica applies the stream, in the database that it selected': [
    'The primary sends requests as a client does. Execute them without sending replies, and keep the selected database of this connection.',
    'readSyncBulkPayload and processMultibulkBuffer (src/replication.c, src/networking.c)',
    STREAM,
  ],
  'a replica gets the keys of its primary, and each later write': [
    'A write during the full sync is in the dump or in the stream, and in one of them only: note the offset at the moment that the dump shows.',
    'syncCommand in src/replication.c',
    'replication/full-sync.ts#FullSync',
  ],
  'a replica sends PING, REPLCONF listening-port, REPLCONF capa and PSYNC': [
    'PING; REPLCONF listening-port PORT; REPLCONF capa eof capa psync2; PSYNC ? -1. Each is an array of bulk strings.',
    'syncWithMaster in src/replication.c',
    LINK,
  ],
  'each step of the handshake waits for the answer to the one before': [
    'Send a request, read its line, then send the next. (Redis sends both REPLCONF together; a primary answers each.)',
    'syncWithMaster in src/replication.c',
    LINK,
  ],
  'a primary answers PING and REPLCONF': [
    'Answer PING with +PONG, and REPLCONF with +OK. Remember the port and the capabilities that the replica has announced.',
    'replconfCommand in src/replication.c',
    'replication/replica.ts#Replica',
  ],
  'PSYNC wants a replication ID and a number': [
    'Two arguments; the second one is an integer of 64 bits. Anything else is an error.',
    'syncCommand in src/replication.c',
    `${PRIMARY}#synchronize`,
  ],
  'the RDB comes with a length to a replica that does not know the EOF mark': [
    'Without REPLCONF capa eof the form is $length CRLF and then the bytes.',
    'sendBulkToSlave in src/replication.c',
    'replication/full-sync.ts#FullSync',
  ],
  'the RDB comes with an EOF mark to a replica that knows it': [
    'With capa eof the length need not be known beforehand: $EOF: and 40 random characters, CRLF, the dump, and the same 40 characters again.',
    'rdbSaveRioWithEOFMark in src/rdb.c',
    'replication/full-sync.ts#FullSync',
  ],
  '+CONTINUE, then exactly the bytes that were missed': [
    'PSYNC replid offset asks for the stream from that offset on. If the backlog still has it: +CONTINUE replid, then those bytes.',
    'masterTryPartialResynchronization in src/replication.c',
    `${PRIMARY}#continuePartially`,
  ],
  'where nothing was missed the stream goes on': [
    'An offset of one past the end is fine: the replica has everything, and waits for the next byte.',
    'masterTryPartialResynchronization in src/replication.c',
    BACKLOG,
  ],
  'no partial sync for another history': [
    'Compare the replication ID. Another one means other data, whatever the offset says.',
    'masterTryPartialResynchronization in src/replication.c',
    `${PRIMARY}#synchronize`,
  ],
  'no partial sync for an offset that has left the backlog': [
    'The backlog is a ring of repl-backlog-size bytes. What is older was overwritten, and then a full sync is the only way.',
    'createReplicationBacklog in src/replication.c',
    BACKLOG,
  ],
  'a replica connects again, and asks for what is missing': [
    'Keep the replication ID and the offset when the link breaks. Ask with PSYNC replid offset+1.',
    'slaveTryPartialResynchronization in src/replication.c',
    LINK,
  ],
  'a command that was half received when the link broke is sent again in whole': [
    'The offset counts whole commands that were executed. Throw the rest of the read buffer away with the link.',
    'replicationCacheMaster in src/replication.c',
    STREAM,
  ],
  'after a promotion the old history is the second one': [
    'REPLICAOF NO ONE keeps the old replication ID as master_replid2, valid up to the offset reached, and chooses a new one.',
    'shiftReplicationId in src/replication.c',
    `${ROLE}#becomePrimary`,
  ],
  'the old primary returns as a replica, without a full sync': [
    'The old primary sends its own replication ID with PSYNC, and at the new primary that is the second ID. The backlog must have been kept.',
    'masterTryPartialResynchronization in src/replication.c',
    REPLICATION,
  ],
  'an old primary with writes that no other server has needs a full sync': [
    'The old primary has an offset beyond the one up to which the second ID is valid.',
    'masterTryPartialResynchronization in src/replication.c',
    `${PRIMARY}#synchronize`,
  ],
  'a replica answers REPLCONF GETACK with the offset before it': [
    'The answer is REPLCONF ACK offset, where the offset does not yet count the GETACK itself.',
    'replconfCommand in src/replication.c',
    STREAM,
  ],
  'WAIT asks the replicas with REPLCONF GETACK, and waits for their answer': [
    'Send REPLCONF GETACK * into the stream, and let the client wait until enough replicas have acknowledged the offset of its last write.',
    'waitCommand and processClientsWaitingReplicas in src/replication.c',
    WAIT,
  ],
  'after its timeout WAIT answers how many replicas have acknowledged': [
    'The reply is the number of replicas that have acknowledged so far. It is no error when there are too few.',
    'replyToBlockedClientOnTimeout in src/blocked.c',
    WAIT,
  ],
  'with too few replicas writes are refused, and reads are not': [
    'min-replicas-to-write: when fewer replicas have sent an ACK in the last min-replicas-max-lag seconds, refuse writes with -NOREPLICAS.',
    'refreshGoodSlavesCount in src/replication.c, processCommand in src/server.c',
    `${GUARDS}#checkGoodReplicas`,
  ],
  'clients of a replica may read, but not write': [
    'Refuse commands that carry the flag write with -READONLY, except on the link of the primary.',
    'processCommand in src/server.c',
    `${GUARDS}#checkReadOnly`,
  ],
  "the last replica of a chain has the first server's history": [
    'A replica passes the bytes of its primary on as they are. Its replicas see the replication ID and the offsets of the first server.',
    'replicationFeedStreamFromMasterStream in src/replication.c',
    REPLICATION,
  ],
  'deadlines arrive as points in time': [
    'EXPIRE is streamed as PEXPIREAT, as it is logged in stage 07.',
    'expireGenericCommand in src/expire.c',
    'router/propagate.ts#Propagation',
  ],
  'a replica hides a key whose deadline has passed': [
    'A read on a replica answers as if the key were gone, but the replica does not delete it.',
    'expireIfNeeded in src/db.c',
    'store/database.ts#Database',
  ],
  'a replica keeps an expired key until the primary deletes it': [
    'Only the primary decides that a key has expired. It streams a DEL, and then the replica deletes the key.',
    'expireIfNeeded in src/db.c',
    'store/database.ts#Database',
  ],
  'a key that expires on the primary is deleted on the replica': [
    'The expiry of a key, lazy or active, is streamed as a DEL (or UNLINK).',
    'deleteExpiredKeyAndPropagate in src/db.c',
    'router/propagate.ts#Propagation',
  ],
};

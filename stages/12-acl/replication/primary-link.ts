import { log } from '#shared/log.ts';
import { loadRdbFile } from '../persistence/loading.ts';
import { discard, replaceFile, temporaryName } from '../persistence/rdb/file.ts';
import type { Server } from '../server.ts';
import { authenticate, needsPassword } from './primary-auth.ts';
import { PrimaryConnection } from './primary-connection.ts';
import { PrimaryStream } from './primary-stream.ts';
import { receiveRdb, type Transfer } from './receive-rdb.ts';
import { streamDbOf } from './replication.ts';

/** In the words of ROLE. */
export type LinkState = 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';

/** How long after a try the next one is made, when the link had been up; ms. */
const SOON_MS = 100;
/** After a failure; ms (Redis: its `replicationCron` tries once a second). */
const RETRY_MS = 1000;
/** How often a replica that is loading shows its primary that it is alive; ms. */
const NEWLINE_MS = 1000;

/**
 * The link of a replica to its primary: it is opened, goes on where it broke, or begins with all data, and is opened
 * again when it breaks (Redis: `connectWithMaster`, `syncWithMaster`, `readSyncBulkPayload`).
 */
export class PrimaryLink {
  readonly host: string;
  readonly port: number;
  state: LinkState = 'connect';
  /** Whether what this server holds is a history that a primary may continue; and the database selected at its end. */
  hasHistory: boolean;
  db: number;
  stream: PrimaryStream | undefined;
  /** Set while an RDB comes in. */
  transfer: Transfer | undefined;
  connection: PrimaryConnection | undefined;
  /** When the link broke; ms since 1970, undefined: it has not been up yet. */
  downSince: number | undefined;
  private readonly server: Server;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(server: Server, host: string, port: number, hasHistory: boolean, db: number) {
    this.server = server;
    this.host = host;
    this.port = port;
    this.hasHistory = hasHistory;
    this.db = db;
  }

  /** Opens the link, and keeps it open until `stop`. */
  start(): void {
    log.notice(`Connecting to MASTER ${this.host}:${this.port}`);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.connection?.end('this server follows it no more');
    this.closeStream();
  }

  /** Reports to the primary the offset that this replica has applied (Redis: `replicationSendAck`). */
  sendAck(): void {
    this.stream?.sendAck(this.stream.safe);
  }

  /** Once a second: says how far it is, and leaves a primary that says nothing. */
  cron(): void {
    const { connection, state } = this;
    const timeout = this.server.options['repl-timeout'] * 1000;
    if (connection === undefined || this.server.loading !== undefined) return;
    if (Date.now() - connection.lastIo > timeout) {
      log.warning(`Timeout in state '${state}': MASTER has sent no data nor PING`);
      connection.end('timeout');
    } else this.sendAck();
  }

  private async connect(): Promise<void> {
    const startedAt = Date.now();
    this.state = 'connecting';
    log.notice('MASTER <-> REPLICA sync started');
    const { options, replication, tls } = this.server;
    const noDelay = !options['repl-disable-tcp-nodelay'];
    const secured = options['tls-replication'] ? tls.connect(this.host, this.port) : undefined;
    const connection = new PrimaryConnection(this.host, this.port, noDelay, replication.stats, secured);
    this.connection = connection;
    try {
      await connection.connected();
      this.state = 'handshake';
      await this.shakeHands(connection);
      await this.synchronize(connection);
      await this.follow(connection);
    } catch (error) {
      const what = this.transfer === undefined ? 'Connection with master lost' : 'MASTER <-> REPLICA sync failed';
      if (!this.stopped) log.warning(`${what}: ${(error as Error).message}`);
    }
    connection.end('');
    this.closeStream();
    this.connection = undefined;
    this.transfer = undefined;
    this.state = 'connect';
    if (!this.stopped) this.retry(startedAt);
  }

  private retry(startedAt: number): void {
    // During FAILOVER writes are paused, so the wait is short.
    const isUrgent = this.failures === 0 || this.server.failover.state !== 'no-failover';
    const pause = isUrgent ? SOON_MS : RETRY_MS;
    this.failures++;
    this.timer = setTimeout(() => void this.connect(), Math.max(0, startedAt + pause - Date.now()));
  }

  /** PING, and facts about this replica. An old primary may refuse a REPLCONF: then it does without that fact. */
  private async shakeHands(connection: PrimaryConnection): Promise<void> {
    const { options, port, tlsListener } = this.server;
    const pong = await connection.ask('PING');
    if (!pong.startsWith('+') && !needsPassword(pong)) throw new Error(`Error reply to PING from master: '${pong.slice(1)}'`);
    log.notice('Master replied to PING, replication can continue...');
    await authenticate(connection, options);
    const announced = options['replica-announce-port'] || (options['tls-replication'] && tlsListener.port) || port;
    await this.tell(connection, 'listening-port', String(announced));
    const ip = options['replica-announce-ip'];
    if (ip !== '') await this.tell(connection, 'ip-address', ip);
    await this.tell(connection, 'capa', 'eof', 'capa', 'psync2');
  }

  private async tell(connection: PrimaryConnection, ...words: string[]): Promise<void> {
    const reply = await connection.ask('REPLCONF', ...words);
    if (!reply.startsWith('-')) return;
    log.notice(`(Non critical) Master does not understand REPLCONF ${words[0]}: ${reply.slice(1)}`);
  }

  /** PSYNC: returns when this server has the primary's data up to where the stream begins. */
  private async synchronize(connection: PrimaryConnection): Promise<void> {
    const { failover, replication } = this.server;
    const [replid, offset] = this.hasHistory ? [replication.replid, replication.offset + 1] : ['?', -1];
    log.notice(`Trying a partial resynchronization (request ${replid}:${offset}).`);
    const failingOver = failover.state === 'failover-in-progress';
    const reply = await connection.ask('PSYNC', replid, String(offset), ...(failingOver ? ['FAILOVER'] : []));
    const words = reply.split(' ');
    if (failingOver) failover.answered(words[0] === '+CONTINUE' || words[0] === '+FULLRESYNC');
    if (words[0] === '+CONTINUE') this.resume(words[1]);
    else if (words[0] === '+FULLRESYNC') await this.takeAll(connection, words[1] ?? '', Number(words[2]));
    else if (reply.startsWith('-NOMASTERLINK') || reply.startsWith('-LOADING')) {
      throw new Error(`MASTER is currently unable to PSYNC but should be in the future: ${reply.slice(1)}`);
    } else throw new Error(`Unexpected reply to PSYNC from master: ${reply.slice(0, 100)}`);
  }

  private resume(replid: string | undefined): void {
    const { replication } = this.server;
    log.notice('Successful partial resynchronization with master.');
    if (replid !== undefined && isReplid(replid) && replid !== replication.replid) {
      log.warning(`Master replication ID changed to ${replid}`);
      replication.shiftReplid(replid);
      // They connect again at once, and learn the new ID too.
      replication.disconnectReplicas();
    }
    if (replication.backlog === undefined) replication.createBacklog();
  }

  /** All data: into a file first, and when all of it has come, in place of what this server holds. */
  private async takeAll(connection: PrimaryConnection, replid: string, offset: number): Promise<void> {
    if (!isReplid(replid) || !Number.isSafeInteger(offset)) throw new Error('wrong syntax of +FULLRESYNC');
    log.notice(`Full resync from master: ${replid}:${offset}`);
    const path = this.server.options.dbfilename;
    const temporary = temporaryName(path, 'sync-');
    this.transfer = { total: 0, read: 0 };
    this.state = 'sync';
    try {
      await receiveRdb(connection, temporary, this.transfer);
      if (this.stopped) throw new Error('this server follows it no more');
      await this.load(connection, temporary);
      this.server.replication.adopt(replid, offset);
      this.hasHistory = true;
      restartAof(this.server);
      keepDump(temporary, path);
    } finally {
      discard(temporary);
    }
    this.server.rdb.markSaved();
    log.notice('MASTER <-> REPLICA sync: Finished with success');
  }

  private async load(connection: PrimaryConnection, path: string): Promise<void> {
    const { aof, keyspace, rdb, replication } = this.server;
    log.notice('MASTER <-> REPLICA sync: Flushing old data, loading DB in memory');
    rdb.cancel();
    aof.stop();
    replication.disconnectReplicas();
    const flush = () => keyspace.databases.forEach((db) => keyspace.flush(db));
    const newlines = setInterval(() => connection.socket.write('\n'), NEWLINE_MS);
    try {
      flush();
      this.server.functions.libraries.clear();
      const loader = await loadRdbFile(this.server, path);
      this.db = streamDbOf(this.server, loader?.aux.get('repl-stream-db'));
    } catch (error) {
      // Part of the new data, and none of the old: no server may continue this history.
      flush();
      this.hasHistory = false;
      replication.beginHistory();
      throw error;
    } finally {
      clearInterval(newlines);
    }
  }

  /** Applies the stream until the connection ends. */
  private async follow(connection: PrimaryConnection): Promise<never> {
    const { server } = this;
    const stream = new PrimaryStream(server, connection, server.replication.offset, this.db);
    this.stream = stream;
    this.state = 'connected';
    // After an RDB with an EOF mark the primary waits for this; otherwise `cron` will say it soon enough.
    stream.acknowledge();
    if (this.transfer?.total === 0) this.sendAck();
    this.transfer = undefined;
    this.failures = 0;
    this.downSince = undefined;
    connection.lastIo = Date.now();
    return connection.until(() => {
      connection.receive((bytes) => stream.receive(bytes));
      connection.socket.resume();
    });
  }

  private closeStream(): void {
    if (this.stream === undefined) return;
    this.db = this.stream.client.db;
    this.stream.close();
    this.stream = undefined;
    this.downSince = Date.now();
  }
}

/** The dump gets its name. If that fails it is only logged: the data are loaded already, and the next save makes another dump. */
function keepDump(temporary: string, path: string): void {
  try {
    replaceFile(temporary, path);
  } catch (error) {
    log.warning(`The RDB file from MASTER could not be kept as '${path}': ${(error as Error).message}`);
  }
}

/** All data have been replaced, so a new log has to begin (Redis: `restartAOFAfterSYNC`). */
export function restartAof({ aof, options }: Server): void {
  if (!options.appendonly || aof.state !== 'off') return;
  try {
    aof.start();
  } catch (error) {
    log.warning(`The append only file could not be begun anew: ${(error as Error).message}`);
  }
}

function isReplid(text: string): boolean {
  return /^[0-9a-f]{40}$/i.test(text);
}

import { closeSync, fsyncSync, openSync, readSync, truncateSync } from 'node:fs';
import { log } from '#shared/log.ts';
import { systemReason } from '#shared/options/paths.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import { Client } from '../../clients/client.ts';
import { Request } from '../../router/request.ts';
import type { Server } from '../../server.ts';
import { isQueued } from '../../transactions.ts';
import { RdbError, readable } from '../rdb/error.ts';
import { RdbInput } from '../rdb/input.ts';
import { loadLibraries } from '../rdb/libraries.ts';
import { RdbLoader } from '../rdb/load.ts';
import { fileSource } from '../rdb/source.ts';
import { AofError, AofReader } from './reader.ts';

/** Commands between two looks at the clock. */
const BATCH = 64;

/** What follows is later than `aof-load-until`. */
class Later extends Error {}

/** Loads one file: an RDB file, commands, or both in this order (Redis: `loadSingleAppendOnlyFile`). */
export class AofFileLoader {
  private readonly server: Server;
  private readonly path: string;
  private readonly fd: number;
  private readonly input: RdbInput;
  private readonly reader: AofReader;
  private rdb: RdbLoader | undefined;
  private readonly client = new Client(0);
  /** Commands, and keys of the RDB file. */
  loaded = 0;
  /** The end of the last whole command, and of the last one outside MULTI … EXEC: there the file can be cut. */
  private validUpTo = 0;
  private beforeMulti = 0;

  constructor(server: Server, path: string, isBase: boolean) {
    this.server = server;
    this.client.mustObey = true;
    this.path = path;
    this.fd = openFile(path);
    const source = fileSource(this.fd);
    const isRdb = startsWithRdb(this.fd);
    this.input = new RdbInput(source, isRdb && server.options.rdbchecksum);
    this.reader = new AofReader(this.input, source.size!);
    if (!isRdb) return;
    log.notice(isBase ? 'Reading RDB base file on AOF loading...' : 'Reading RDB preamble from AOF file...');
    this.rdb = new RdbLoader(this.input, { keyspace: server.keyspace, now: Date.now() });
  }

  /** How many bytes have been read. */
  get offset(): number {
    return this.input.offset;
  }

  /** @returns whether the file is loaded. @throws Error as `AofLoader.step` */
  step(until: number, isLast: boolean): boolean {
    try {
      if (this.rdb !== undefined && !this.rdb.step(until)) return false;
      if (this.rdb !== undefined) this.rdbDone(this.rdb);
      do {
        for (let i = 0; i < BATCH; i++) if (!this.next()) return true;
      } while (performance.now() < until);
      return false;
    } catch (error) {
      if (error instanceof Later) return this.cutLater(isLast);
      if (error instanceof AofError && error.torn && isLast) return this.truncate(error.message);
      if (error instanceof AofError) throw this.refused(`bad file format at offset ${this.validUpTo}: ${error.message}`);
      if (error instanceof RdbError) throw this.refused(error.message);
      throw error;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Executes the next command. @returns false at the end of the file */
  private next(): boolean {
    const args = this.reader.next();
    const last = this.server.options['aof-load-until'];
    if (last !== 0 && this.reader.second > last) throw new Later();
    if (args === undefined) {
      if (this.client.transaction === undefined) return false;
      throw new AofError('a MULTI without its EXEC', true);
    }
    this.execute(args);
    this.commandDone();
    return true;
  }

  private rdbDone({ libraries }: RdbLoader): void {
    this.rdb = undefined;
    loadLibraries(this.server, libraries);
    this.commandDone();
  }

  private commandDone(): void {
    this.loaded++;
    this.validUpTo = this.input.offset;
    if (this.client.transaction === undefined) this.beforeMulti = this.validUpTo;
  }

  /** Runs without guards and without propagation: a request in the log was accepted when it was written. */
  private execute(args: string[]): void {
    const { server, client } = this;
    const command = server.commands.find(args);
    if (command?.run === undefined) throw new AofError(`unknown command '${readable(args[0]!)}'`);
    const { arity, fullName } = command;
    if (arity > 0 ? args.length !== arity : args.length < -arity) {
      throw new AofError(`wrong number of words for '${fullName}'`);
    }
    const request = new Request(server, client, command, args);
    if (isQueued(request)) {
      client.transaction!.queued.push({ command, args });
      return;
    }
    try {
      command.run(request);
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      log.warning(`'${command.fullName}' at offset ${this.validUpTo} of ${this.path} has failed: ${error.message}`);
    }
    // A command that would wait for another client does not wait: there is none.
    server.blockedClients.forget(client);
  }

  /** The end is missing: the process was killed while it wrote (`aof-load-truncated`). */
  private truncate(reason: string): boolean {
    const { path, beforeMulti } = this;
    if (!this.server.options['aof-load-truncated']) {
      throw this.refused(`offset ${beforeMulti}: ${reason}. With 'aof-load-truncated yes' the file is cut there`);
    }
    log.warning(`!!! Warning: short read while loading the AOF file ${path}: ${reason} !!!`);
    log.warning(`!!! Truncating the AOF ${path} at offset ${beforeMulti} !!!`);
    this.cut();
    log.warning(`AOF ${path} loaded anyway because aof-load-truncated is enabled`);
    return true;
  }

  /** The operator wants the data as of a second: what is later would come back at the next start. */
  private cutLater(isLast: boolean): boolean {
    const { path, beforeMulti } = this;
    const last = this.server.options['aof-load-until'];
    if (!isLast) throw this.refused(`its end is later than ${last} (aof-load-until), and only the last file can be cut`);
    log.warning(`Truncating the AOF ${path} at offset ${beforeMulti}: what follows is later than ${last}`);
    this.cut();
    return true;
  }

  /** Cuts the file after the last whole unit. */
  private cut(): void {
    try {
      truncateSync(this.path, this.beforeMulti);
      const fd = openSync(this.path, 'r+');
      fsyncSync(fd);
      closeSync(fd);
    } catch (error) {
      throw this.refused(`it could not be truncated: ${systemReason(error)}`);
    }
  }

  private refused(reason: string): Error {
    // redis-check-aof cuts the commands alone.
    const advice = this.rdb === undefined ? '. Make a backup, then redis-check-aof --fix can cut it there' : '';
    return new Error(`Cannot load the AOF file '${this.path}': ${reason}${advice}`);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new Error(`Cannot open the AOF file '${path}': ${systemReason(error)}`);
  }
}

function startsWithRdb(fd: number): boolean {
  const bytes = Buffer.alloc(5);
  readSync(fd, bytes, 0, 5, 0);
  return bytes.toString('latin1') === 'REDIS';
}

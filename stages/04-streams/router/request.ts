import type { Reply } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { KeyWait } from '../clients/key-waits.ts';
import type { Server } from '../server.ts';
import type { Database } from '../store/database.ts';
import type { Command } from './command.ts';
import { reprocess } from './execute.ts';

/** One request on its way: its client, command and arguments. Handlers get it, and reach everything else through it. */
export class Request {
  readonly server: Server;
  readonly client: Client;
  /** Another one, with other flags, for a script that says what it does (12). */
  command: Command;
  /** The command's name as typed, then its arguments: binary strings. */
  args: readonly string[];
  /** What `propagateAs` said; undefined: the request as typed. */
  effects: string[][] | undefined;
  /** When a blocked request runs again: the key that is ready. */
  readyKey: string | undefined;

  constructor(server: Server, client: Client, command: Command, args: readonly string[]) {
    this.server = server;
    this.client = client;
    this.command = command;
    this.args = args;
  }

  /** Whether the command has one of Redis's flags, such as `denyoom`. */
  has(flag: string): boolean {
    return this.command.flags.has(flag);
  }

  /** The database that the client has selected. */
  get db(): Database {
    return this.server.keyspace.databases[this.client.db]!;
  }

  /** What a blocking command returns when it has to wait. It will run again; `args` may be changed for that. */
  block(wait: KeyWait): Reply {
    return this.server.keyWaits.block(this.client, this.db, wait, (readyKey) => reprocess(this, readyKey));
  }

  /**
   * Says what the request did, where that is not what was typed: the AOF and the replicas get `commands` instead,
   * or nothing when there are none (Redis: `rewriteClientCommandVector`, `alsoPropagate`, `preventCommandPropagation`).
   */
  propagateAs(...commands: string[][]): void {
    this.effects = commands;
  }
}

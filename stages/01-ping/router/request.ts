import type { Client } from '../clients/client.ts';
import type { Server } from '../server.ts';
import type { Command } from './command.ts';

/** One request on its way: its client, command and arguments. Handlers get it, and reach everything else through it. */
export class Request {
  readonly server: Server;
  readonly client: Client;
  /** Another one, with other flags, for a script that says what it does (12). */
  command: Command;
  /** The command's name as typed, then its arguments: binary strings. */
  args: readonly string[];

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
}

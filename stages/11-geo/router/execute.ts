import { log } from '#shared/log.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { Server } from '../server.ts';
import { flagTransaction } from '../transactions.ts';
import type { Command } from './command.ts';
import { guard } from './guards.ts';
import { Request } from './request.ts';
import { unknownCommand } from './unknown-command.ts';

/** One request's way: look up, guards, run, reply (Redis: `processCommand`). */
export function execute(server: Server, client: Client, args: readonly string[]): void {
  const command = server.commands.find(args);
  client.lastCommand = command;
  if (command === undefined) return rejectCommand(server, client, unknownCommand(server, client, args));
  const request = new Request(server, client, command, args);
  const refused = guard(request);
  if (refused !== undefined) return rejectCommand(server, client, refused, command);
  client.replies.holdPushes();
  client.replies.write(call(request));
  client.replies.releasePushes();
  server.keyWaits.serve();
}

/** A blocked request once more, guards and all: much may have changed (Redis: CLIENT_REPROCESSING_COMMAND). */
export function reprocess(request: Request, readyKey: string): Reply {
  request.readyKey = readyKey;
  request.server.clock.begin(request.command.stats);
  return guard(request) ?? run(request);
}

/** The reply to a request that does not run (Redis: `rejectCommand`). */
function rejectCommand(server: Server, client: Client, reply: Reply, command?: Command): void {
  if (command !== undefined && reply instanceof ReplyError) command.stats.rejected++;
  client.replies.write(flagTransaction(server, client, reply, command?.row.runsQueue === true));
}

/** Runs the command of a request, and counts it (Redis: `call`). */
export function call(request: Request): Reply {
  const { server, command } = request;
  server.stats.commands++;
  command.stats.calls++;
  server.clock.begin(command.stats);
  const reply = run(request);
  if (server.monitors.size > 0) showMonitors(request);
  return reply;
}

/** A bug in a handler is an error to its client; the server goes on. */
function run(request: Request): Reply {
  const { command } = request;
  const { keyspace, propagation } = request.server;
  const { dirty } = keyspace;
  const { units } = propagation;
  beginForClient(request);
  propagation.begin();
  try {
    return command.run!(request);
  } catch (error) {
    command.stats.failed++;
    if (error instanceof ReplyError) return error;
    log.warning(`Bug in '${command.fullName}': ${(error as Error).stack}`);
    return new ReplyError(`ERR internal error in '${command.fullName}', see the server's log`);
  } finally {
    propagation.end(request, keyspace.dirty !== dirty);
    if (propagation.units !== units) request.client.wrote(request.server.replication.offset, request.server.aof.file.fedUpTo);
    endForClient(request);
  }
}

/** Applies what CLIENT TRACKING and CLIENT NO-TOUCH have set for this client. */
function beginForClient(request: Request): void {
  const { client, command, server } = request;
  if (client.tracking !== undefined) server.tracking.begin(request);
  if (client.noTouch) server.keyspace.touches = command.row.touches === true;
}

function endForClient(request: Request): void {
  const { client, server } = request;
  if (client.tracking !== undefined) server.tracking.end(request);
  if (!server.keyspace.touches) server.keyspace.touches = true;
}

/** Monitors are not shown administrative commands, nor the commands of a log that is replayed. */
function showMonitors({ server, client, command, args }: Request): void {
  if (client.socket === undefined || command.flags.has('admin') || command.flags.has('skip_monitor')) return;
  server.monitors.feed(client, command.row.redact?.(args) ?? args);
}

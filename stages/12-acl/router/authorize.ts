import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import { checkRequest, type Denial } from '../acl/check.ts';
import type { DenialContext, DenialReason } from '../acl/log.ts';
import { isUnrestricted, type User } from '../acl/user.ts';
import type { Client } from '../clients/client.ts';
import type { Server } from '../server.ts';
import { clientLine } from './client-line.ts';
import { call } from './execute.ts';
import type { Request } from './request.ts';

/** Refuses nearly everything to a client that has not authenticated. */
export function checkAuthenticated(request: Request): Reply | undefined {
  return request.client.authenticated ? undefined : refuseStranger(request);
}

function refuseStranger({ server, client, command }: Request): Reply | undefined {
  if (client.user === undefined) return undefined;
  if (command.flags.has('no_auth') || !server.acl.refuses(client)) return undefined;
  return new ReplyError('NOAUTH Authentication required.');
}

/** Refuses what the client's user may not do, and notes it in ACL LOG. */
export function checkPermissions(request: Request): Reply | undefined {
  const { user } = request.client;
  // V8 inlines a function as short as this.
  return user === undefined || isUnrestricted(user) ? undefined : refuseForbidden(request, user);
}

function refuseForbidden({ server, client, command, args }: Request, user: User): Reply | undefined {
  const denied = checkRequest(user, command, args);
  if (denied === undefined) return undefined;
  noteDenial(server, client, denied.reason, denied.object, contextOf(client));
  return new ReplyError(`NOPERM ${describeDenial(denied, user.name, false)}`);
}

/** EXEC runs a request: what its user may do may have changed since it was queued (Redis: `execCommand`). */
export function callIfPermitted(request: Request): Reply {
  const { server, client, command, args } = request;
  const denied = client.user === undefined ? undefined : checkRequest(client.user, command, args);
  if (denied === undefined) return call(request);
  noteDenial(server, client, denied.reason, denied.object, 'multi');
  return new ReplyError(
    'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. ' +
      `This command is no longer allowed for the following reason: ${REASONS[denied.reason]}`,
  );
}

const REASONS: Record<Denial['reason'], string> = {
  command: 'no permission to execute the command or subcommand',
  key: 'no permission to touch the specified keys',
  channel: 'no permission to access one of the channels used as arguments to the command',
};

/** `verbose`: the text may name the key, as for an administrator (Redis: `getAclErrorMessage`). */
export function describeDenial({ reason, object }: Denial, username: string, verbose: boolean): string {
  if (reason === 'command') return `User ${username} has no permissions to run the '${object}' command`;
  if (verbose) return `User ${username} has no permissions to access the '${object}' ${reason}`;
  return `No permissions to access a ${reason}`;
}

/** Counts a refusal, and notes it for ACL LOG. `username`: the name under which the client tried to authenticate, where that is not its user's. */
export function noteDenial(
  server: Server,
  client: Client,
  reason: DenialReason,
  object: string,
  context: DenialContext,
  username = client.user!.name,
): void {
  const { acl, options } = server;
  acl.stats[reason]++;
  acl.log.add({ reason, context, object, username, clientInfo: clientLine(server, client) }, options['acllog-max-len']);
}

export function contextOf({ transaction }: Client): DenialContext {
  return transaction === undefined ? 'toplevel' : 'multi';
}

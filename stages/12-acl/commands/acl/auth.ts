import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { becomeUser } from '../../clients/identity.ts';
import { contextOf, noteDenial } from '../../router/authorize.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { syntaxError } from '../arguments.ts';

/** Authenticates a client. */
export const auth: CommandRow = {
  name: 'auth',
  arity: -2,
  flags: 'noscript loading stale fast no_auth allow_busy',
  redact: (args) => args.map((arg, at) => (at === 0 ? arg : '(redacted)')),
  since: '1.0.0',
  summary: 'Authenticates the connection.',
  syntax: '[<username>] <password>',
  run: authCommand,
};

/** `AUTH [username] password`: without a name it is that of the default user. */
function authCommand(request: Request): Reply {
  const { server, args } = request;
  if (args.length > 3) throw syntaxError();
  if (args.length === 2 && server.acl.defaultUser.nopass) throw new ReplyError(NO_PASSWORD);
  const [name, password] = args.length === 2 ? ['default', args[1]!] : [args[1]!, args[2]!];
  authenticate(request, name, password);
  return OK;
}

/** Makes the client this user. @throws ReplyError when the password is wrong: the client keeps the user that it had */
export function authenticate({ server, client, args }: Request, name: string, password: string): void {
  const user = server.acl.authenticate(name, password);
  if (user !== undefined) return becomeUser(client, user);
  noteDenial(server, client, 'auth', args[0]!, contextOf(client), name);
  throw new ReplyError('WRONGPASS invalid username-password pair or user is disabled.');
}

/** `AUTH username password` among the arguments of HELLO: neither is shown. */
export function redactHello(args: readonly string[]): readonly string[] {
  const at = args.findIndex((arg, i) => i >= 2 && arg.toUpperCase() === 'AUTH');
  return at === -1 ? args : args.map((arg, i) => (i === at + 1 || i === at + 2 ? '(redacted)' : arg));
}

const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. ' +
  'Are you sure your configuration is correct?';

import type { Hint } from './hint.ts';

export const won = 'a server that a team may share';

const AUTHORIZE = 'router/authorize.ts';
const CHECK = 'acl/check.ts';
const RULES = 'acl/apply-rule.ts';
const SELECTOR = 'acl/selector-rule.ts';
const ACL_COMMANDS = 'commands/acl/acl.ts';

export const hints: Record<string, Hint> = {
  'with requirepass nothing is done before AUTH': [
    'Keep a flag on each connection: authenticated or not. Without it every command but AUTH, HELLO, QUIT and RESET is answered with -NOAUTH Authentication required.',
    'authRequired in src/networking.c, and processCommand in src/server.c',
    `${AUTHORIZE}#checkAuthenticated`,
  ],
  'a wrong password is refused, and the connection goes on': [
    'The reply begins with -WRONGPASS. The client may try again, and it stays what it was before.',
    'authCommand in src/acl.c',
    'commands/acl/auth.ts#authenticate',
  ],
  'connections that were there when the password was set go on': [
    'The check is about the connection, not about the password: a client that was let in when there was no password stays in.',
    'ACLUpdateDefaultUserPassword in src/acl.c',
    `${AUTHORIZE}#checkAuthenticated`,
  ],
  'before AUTH an unknown command is still an unknown command': [
    'Look the command up and check its number of arguments first; ask for the password after that.',
    'processCommand in src/server.c',
    'router/guards.ts#guard',
  ],
  'QUIT and RESET need no password': [
    'Commands that need no authentication carry a flag (no_auth). Let the guard ask for the flag, not for the name.',
    'CMD_NO_AUTH in src/server.h',
    `${AUTHORIZE}#checkAuthenticated`,
  ],
  'HELLO with AUTH authenticates and chooses the protocol': [
    'HELLO 3 AUTH name password: check the password first. When it is wrong, neither the protocol nor the name of the connection changes.',
    'helloCommand in src/networking.c',
    'commands/connection/connection.ts#hello',
  ],
  'before AUTH a request of more than ten arguments ends the connection': [
    'Check the number after the * before you read the arguments: above 10 the reply is -ERR Protocol error: unauthenticated multibulk length, and the connection is closed.',
    'processMultibulkBuffer in src/networking.c',
    'network/read-query.ts#readQuery',
  ],
  'before AUTH an argument of more than 16 KB ends the connection': [
    'Check the length after the $: above 16384 the reply is -ERR Protocol error: unauthenticated bulk length, and the connection is closed.',
    'processMultibulkBuffer in src/networking.c',
    'network/read-query.ts#readQuery',
  ],
  'at the start there is one user, who may do everything': [
    'The user default exists from the beginning: on, without a password, all keys, all channels, all commands.',
    'ACLCreateDefaultUser in src/acl.c',
    'acl/user.ts#createUser',
  ],
  'a new user may do nothing': [
    'ACL SETUSER makes a user that is not there: off, no password, no keys, no channels, no commands. ACL LIST prints the users in alphabetical order.',
    'ACLCreateUser in src/acl.c',
    'acl/user.ts#createUser',
  ],
  'a client can become a user that is on and has a password': [
    'AUTH with two arguments names the user. Keep the user on the connection; ACL WHOAMI answers its name.',
    'ACLAuthenticateUser in src/acl.c',
    'commands/acl/auth.ts#authenticate',
  ],
  'AUTH with two words names the user': [
    'AUTH password is short for AUTH default password. A name that does not exist is refused with the same error as a wrong password.',
    'authCommand in src/acl.c',
    'commands/acl/auth.ts#authenticate',
  ],
  'a user may have several passwords': [
    'Keep a list of hashes. >password adds one, <password removes one, and AUTH accepts any of them.',
    'ACLSetUser in src/acl.c',
    `${RULES}#addPassword`,
  ],
  'the server shows hashes, and takes them in place of passwords': [
    'Keep SHA-256 hashes alone, as 64 lower-case hexadecimal digits. The rules # and ! add and remove a hash as it is.',
    'ACLHashPassword and ACLCheckPasswordHash in src/acl.c',
    'acl/passwords.ts#hashPassword',
  ],
  'one wrong rule, and no rule is applied': [
    'Apply the rules to a copy of the user. Replace the rules of the user only when all of them are right.',
    'aclCommand, its part for SETUSER, in src/acl.c',
    `${ACL_COMMANDS}#aclSetUser`,
  ],
  'a user may have a category without one of its commands': [
    'Each command has categories. +@name adds all commands of one, -name takes a command away again. The refusal is -NOPERM, with the name of the command.',
    'ACLSetSelector in src/acl.c',
    `${SELECTOR}#changeCategory`,
  ],
  'a later rule overrides an earlier one': [
    'Apply the rules from left to right to a set of allowed commands. A later rule overrides an earlier one.',
    'ACLChangeSelectorPerm in src/acl.c',
    `${SELECTOR}#change`,
  ],
  'a user may have a sub-command alone, or a container without one of its sub-commands': [
    'Treat CONFIG GET as a command of its own, named config|get. +config allows all sub-commands, and -config|set removes one of them.',
    'ACLSetSelector in src/acl.c',
    `${SELECTOR}#allowCommand`,
  ],
  'AUTH, HELLO, QUIT and RESET are for everybody': [
    'The check of commands lets everything pass that has the flag no_auth, whatever the rules of the user say.',
    'ACLSelectorCheckCmd in src/acl.c',
    `${CHECK}#allowsCommand`,
  ],
  'a user may use the keys that match a pattern, and no others': [
    'Find the keys of the request, and match each with the patterns of the user, with the glob of KEYS. Not one of them matches: -NOPERM.',
    'ACLSelectorCheckKey in src/acl.c',
    `${CHECK}#allowsKey`,
  ],
  'all keys of a request have to match': [
    'MSET a 1 b 2 has two keys. One that is not allowed is enough to refuse the whole request, and then nothing is written.',
    'ACLSelectorCheckCmd in src/acl.c',
    `${CHECK}#checkSelector`,
  ],
  'a pattern may allow reading alone, or writing alone': [
    'For each key you need to know whether the command reads it, writes it, or both. COPY reads its first key and writes its second; INCR does both; SET writes only.',
    'ACLSelectorCheckKey in src/acl.c, and the key specs in src/commands/*.json',
    `${CHECK}#accessOf`,
  ],
  'SET with GET reads as well': [
    'What a command does to its key may depend on its arguments: SET with the word GET returns the old value, so it needs the right to read.',
    'setGetKeys in src/db.c',
    'shared/commands/keys-of.ts#keysOf',
  ],
  'keys that stand after a number or a word are found': [
    'Two more ways to find keys: a number of keys that stands in front of them (LMPOP 2 a b), and a word after which the first half of the rest are keys (XREAD STREAMS a b 0 0).',
    'getKeysUsingKeySpecs in src/db.c',
    'shared/commands/keys-of.ts#keysOf',
  ],
  'one selector must allow all of a request': [
    'Give each user a list of rule sets. Check the whole request against each in turn; do not mix the command of one with the keys of another.',
    'ACLCheckAllUserCommandPerm in src/acl.c',
    `${CHECK}#checkRequest`,
  ],
  'a selector may come as several arguments': [
    'Before you apply the rules, join the arguments from one that begins with ( up to the one that ends with ).',
    'ACLMergeSelectorArguments in src/acl.c',
    `${RULES}#mergeSelectors`,
  ],
  'ACL DRYRUN says what would be refused, and does nothing': [
    'Run the check of step 3 and step 4 for the named user and the given request. The answer is OK or a bulk string with the reason, not an error.',
    'aclCommand, its part for DRYRUN, in src/acl.c',
    `${ACL_COMMANDS}#aclDryRun`,
  ],
  'new rules hold for connections that are there': [
    'Let a connection refer to its user. A copy of the rules would go stale. Switching a user off affects AUTH alone.',
    'ACLSetUser in src/acl.c',
    'acl/user.ts#assignRules',
  ],
  'a user who is removed is disconnected at once': [
    'After ACL DELUSER, close every connection of that user. The default user cannot be removed.',
    'ACLFreeUserAndKillClients in src/acl.c',
    `${ACL_COMMANDS}#aclDelUser`,
  ],
  'a request that is refused spoils its transaction': [
    'A request that is refused between MULTI and EXEC flags the transaction, as a wrong number of arguments does in stage 05.',
    'rejectCommand in src/server.c',
    'transactions.ts#flagTransaction',
  ],
  'EXEC checks each queued request again': [
    'The rules may change between MULTI and EXEC. Check each queued request when EXEC runs it; the error takes the place of its reply, and the others are executed.',
    'execCommand in src/multi.c',
    `${AUTHORIZE}#callIfPermitted`,
  ],
  'a user may publish to the channels that a pattern matches': [
    'Channels have patterns of their own, with & in front. PUBLISH checks its channel in the same way as a key.',
    'ACLCheckChannelAgainstList in src/acl.c',
    `${CHECK}#allowsChannel`,
  ],
  'a subscriber that loses a channel is disconnected': [
    'After a change of rules, look at the subscriptions of each client of that user. Close the connections that hold one which is no longer allowed.',
    'ACLKillPubsubClientsIfNeeded in src/acl.c',
    `${CHECK}#maySubscribe`,
  ],
  'ACL LOG says who was refused, what, and why': [
    'Note each refusal: reason (auth, command, key, channel), context (toplevel or multi), object, user, and the description of the client. The newest entry comes first.',
    'addACLLogEntry in src/acl.c',
    `${AUTHORIZE}#noteDenial`,
  ],
  'ACL LOG counts equal refusals in one entry': [
    'An entry with the same reason, context, object and user, less than 60 seconds old, is counted up and moved to the front.',
    'ACLLogMatchEntry in src/acl.c',
    'acl/log.ts#AclLog',
  ],
  'a client that trusts the server is served over TLS': [
    'Let the TLS library of your language do the handshake, and treat what it returns as any other connection. The options are tls-port, tls-cert-file, tls-key-file and tls-ca-cert-file.',
    'connTLSAccept in src/tls.c',
    'network/tls.ts#Tls',
  ],
  'the plain port goes on beside the one for TLS, with the same data': [
    'Two listeners, one server: port and tls-port can both be open.',
    'acceptTLSHandler in src/networking.c (7.2: src/tls.c)',
    'network/tls-listener.ts#TlsListener',
  ],
};

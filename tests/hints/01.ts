import type { Hint } from './hint.ts';

export const won = 'ioredis connects';

const PARSER = 'shared/resp/parser.ts#RequestParser';
const CONNECTION = 'commands/connection/connection.ts';

export const hints: Record<string, Hint> = {
  'PING answers the simple string PONG': [
    'The reply is seven bytes: +PONG, CR, LF. The name of a command may come in upper or lower case.',
    'pingCommand in src/server.c',
    `${CONNECTION}#ping`,
  ],
  'PING with a message answers it as a bulk string': [
    'With an argument the reply is that argument: $, its length in bytes, CRLF, the bytes, CRLF. An empty one is $0 and two CRLFs.',
    'pingCommand in src/server.c',
    `${CONNECTION}#ping`,
  ],
  'ECHO answers its argument': [
    'ECHO is PING with a message that must be there. Match the name without regard to case; leave the argument as it is.',
    'echoCommand in src/server.c',
    `${CONNECTION}#echo`,
  ],
  'a second request on the same connection is answered too': [
    'Answering one request must not close the connection: go on reading until the client closes it.',
    'readQueryFromClient in src/networking.c',
    'network/read-query.ts#readQuery',
  ],
  'two clients at once each get their own replies': [
    'Accept the next client while the first one is still connected: an event loop, a thread for each client, or select().',
    'acceptTcpHandler in src/networking.c',
    'network/listener.ts#openListeners',
  ],
  'the length of a bulk string counts bytes, not characters': [
    'Keep arguments as bytes. A text of two characters can take six bytes in UTF-8, and the length counts those.',
    'addReplyBulkLen in src/networking.c',
    'shared/resp/write-bulk.ts#writeBulk',
  ],
  'a request cut in the middle leaves the ones before it answered': [
    'Keep what has come in a buffer for each connection. Answer what is complete, and keep the rest for the next read.',
    'processInputBuffer in src/networking.c',
    'network/read-query.ts#processInput',
  ],
  'a request may arrive in pieces, cut anywhere': [
    'A read may end inside a length, between CR and LF, or inside an argument. Parse only when the whole line, or all bytes of the argument, are there.',
    'processMultibulkBuffer in src/networking.c',
    PARSER,
  ],
  'several requests in one packet are answered in order': [
    'One read may hold several requests: parse in a loop until no complete request is left.',
    'processInputBuffer in src/networking.c',
    'network/read-query.ts#processInput',
  ],
  'a pipeline of 10,000 requests is answered in order': [
    'The same loop, for 300 KB. If it takes seconds, you copy the rest of the buffer after each request: keep a position in it instead.',
    'processInputBuffer in src/networking.c (look for qb_pos)',
    PARSER,
  ],
  'line ends, NUL and whole frames inside an argument are data': [
    'After $N, take exactly N bytes and do not look for a line end among them.',
    'processMultibulkBuffer in src/networking.c',
    PARSER,
  ],
  'inline commands and arrays may alternate': [
    'A request that does not begin with * is a line of words with spaces between them, ended by LF or CRLF. Decide again for each request.',
    'processInlineBuffer in src/networking.c',
    'shared/resp/split-arguments.ts#splitArguments',
  ],
  'a request may arrive byte by byte': [
    'If this fails and the test of pieces passes, look at the inline command in it: it is not complete before its LF.',
    'processInlineBuffer in src/networking.c',
    PARSER,
  ],
  '200 clients at once, each with its requests in two halves': [
    'The buffer of half a request belongs to its connection. A backlog of the listening socket that is too short refuses some of the clients.',
    'createClient in src/networking.c',
    'clients/client.ts#Client',
  ],
  'the error for an unknown command repeats its name as typed, and its arguments': [
    "Each argument is put between ' and ', with a space after it. Without arguments the text ends in a colon and a space.",
    'processCommand and commandCheckExistence in src/server.c',
    'router/unknown-command.ts#unknownCommand',
  ],
  'the wrong number of arguments is an error that names the command': [
    'Keep the number of arguments that a command takes in its row of the table, the name included: 2 is exactly two, -1 is one or more words. The error has the name in lower case.',
    'commandCheckArity in src/server.c',
    'router/guards.ts#guard',
  ],
  'an error ends neither the connection nor the pipeline': [
    'An error is a reply like any other. Only a protocol error closes the connection.',
    'rejectCommand in src/server.c',
    'router/execute.ts#execute',
  ],
  'QUIT answers OK and closes': [
    'Write +OK first, and close when it has been sent.',
    'quitCommand in src/server.c',
    `${CONNECTION}#quit`,
  ],
  'what follows QUIT is not executed': [
    'Mark the connection as closing, and let the loop that parses requests stop there. QUIT takes any arguments.',
    'quitCommand in src/server.c (CLIENT_CLOSE_AFTER_REPLY)',
    'clients/clients.ts#Clients',
  ],
  'an argument may hold any of the 256 bytes': [
    'Nothing may decode an argument as text on its way: bytes above 127 are no valid UTF-8 and would be replaced.',
    'processMultibulkBuffer in src/networking.c',
    PARSER,
  ],
  'an argument of 1 MB comes back': [
    'It arrives in many reads, and a write may take only a part of it: write the rest later. Appending each read to a string that is copied each time takes too long.',
    'writeToClient in src/networking.c',
    'network/write-replies.ts#handlePendingWrites',
  ],
  'empty arrays, negative counts and empty lines are ignored': [
    'They are no requests: take them off the buffer, answer nothing, and go on.',
    'processMultibulkBuffer in src/networking.c (multibulklen <= 0)',
    PARSER,
  ],
  'a count of arguments that is no number: an error, then the connection closes': [
    'The requests before it are answered first. Then send -ERR Protocol error: …, and close when it has been sent.',
    'setProtocolError in src/networking.c',
    'shared/resp/parser.ts#ProtocolError',
  ],
  'an argument without "$": an error, then the connection closes': [
    'After *N each argument begins with $. The error names the byte that came instead.',
    "processMultibulkBuffer in src/networking.c (expected '$')",
    PARSER,
  ],
  'a length of more than 512 MB is refused before its bytes come': [
    'Check the length as soon as its line is complete: from 0 to 536,870,912.',
    'processMultibulkBuffer in src/networking.c (proto_max_bulk_len)',
    PARSER,
  ],
  'what follows a protocol error is not executed': [
    'After the error nobody knows where the next request begins: drop what the buffer holds.',
    'setProtocolError in src/networking.c',
    'network/read-query.ts#processInput',
  ],
  'a protocol error of one client leaves the others alone': [
    'Catch the error where the connection is handled, and not in the loop that serves all of them.',
    'readQueryFromClient in src/networking.c',
    'network/read-query.ts#readQuery',
  ],
  'CLIENT ID stays the same for a connection, and grows from client to client': [
    'Count the connections of the server, and give each its number when it is accepted. The reply is an integer.',
    'createClient in src/networking.c (next_client_id)',
    'clients/clients.ts#Clients',
  ],
  'CLIENT SETNAME names this connection, and GETNAME answers the name': [
    'A connection without a name answers nil, $-1. The empty name takes the name away.',
    'clientSetName in src/networking.c',
    `${CONNECTION}#setname`,
  ],
  'an unknown sub-command is an error of its own': [
    'CLIENT has a table of sub-commands. The error repeats the word as typed; CLIENT alone has too few arguments.',
    'commandCheckExistence in src/server.c',
    'router/unknown-command.ts#unknownCommand',
  ],
  'INFO counts the connected clients, and notices when they go': [
    'Count down for each way a connection ends: QUIT, the end of its data, an error of the socket.',
    'freeClient in src/networking.c',
    'info/clients.ts#clientsFields',
  ],
  'a client that disconnects in the middle of a request does no harm': [
    'A read or a write that fails (ECONNRESET, EPIPE) ends this connection and nothing else.',
    'readQueryFromClient in src/networking.c',
    'network/listener.ts#openListeners',
  ],
  'a client that does not read holds up no other client, and loses nothing': [
    'A write that would block must not block the server: keep the rest, and write it when the socket is ready.',
    'writeToClient and sendReplyToClient in src/networking.c',
    'network/write-replies.ts#handlePendingWrites',
  ],
  '--maxclients: one client too many gets an error and is disconnected, until a place is free': [
    'Accept the connection, write -ERR max number of clients reached, and close it. INFO clients shows the limit as maxclients.',
    'acceptCommonHandler in src/networking.c',
    'network/listener.ts#openListeners',
  ],
  'HELLO without a version describes the server in a flat array': [
    'Fourteen elements: seven names, each with its value after it. proto and id are integers, modules is an empty array.',
    'helloCommand in src/networking.c',
    `${CONNECTION}#hello`,
  ],
  'HELLO 3 switches to RESP3 and answers with a map': [
    'Switch first: the reply is in RESP3 already. A map is %7 and the same fourteen elements; null is _ from now on.',
    'helloCommand in src/networking.c',
    'shared/resp/encoder.ts#ReplyWriter',
  ],
  'HELLO 2 switches back': [
    'The reply to HELLO 2 is a flat array again, and a nil is $-1.',
    'helloCommand in src/networking.c',
    `${CONNECTION}#hello`,
  ],
  'HELLO with another version is refused, and nothing changes': [
    'The code of this error is NOPROTO in place of ERR.',
    'helloCommand in src/networking.c',
    `${CONNECTION}#hello`,
  ],
  'INFO lists fields under the names of sections, with CRLF at the end of each line': [
    'One bulk string: # Server, then name:value lines, an empty line between two sections. redis_version is the first field.',
    'genRedisInfoString in src/server.c',
    'info/server.ts#serverFields',
  ],
  'ioredis connects with its default settings and works': [
    'ioredis sends INFO when it connects, and waits while the reply has loading:1 in it. An error reply to INFO is taken as well.',
    'infoCommand in src/server.c',
    'info.ts#infoSections',
  ],
};

import { INT64_MAX } from '#shared/numbers/int64.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong } from '../arguments.ts';

const FLAGS = 'admin noscript loading stale';

export const pause: CommandRow = {
  name: 'pause',
  arity: -3,
  flags: FLAGS,
  since: '2.9.50',
  summary: 'Lets all requests, or those that write, wait for <timeout> milliseconds.',
  syntax: '<timeout> [WRITE|ALL]',
  run: clientPause,
};

export const unpause: CommandRow = {
  name: 'unpause',
  arity: 2,
  flags: FLAGS,
  since: '6.2.0',
  summary: 'Ends the pause: the requests that wait run now.',
  run: clientUnpause,
};

/** `CLIENT PAUSE timeout [WRITE|ALL]`, in ms. It pauses its own client as well. */
function clientPause({ server, args }: Request): Reply {
  if (args.length > 4) {
    throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try CLIENT HELP.`);
  }
  const mode = args[3]?.toUpperCase() ?? 'ALL';
  if (mode !== 'ALL' && mode !== 'WRITE') throw new ReplyError('ERR CLIENT PAUSE mode must be WRITE or ALL');
  const timeout = parseLongLong(args[2]!, 'ERR timeout is not an integer or out of range');
  if (timeout < 0) throw new ReplyError('ERR timeout is negative');
  const now = Date.now();
  if (BigInt(timeout) > INT64_MAX - BigInt(now)) throw new ReplyError('ERR timeout is out of range');
  server.pause.begin('command', now + Number(timeout), mode === 'ALL' ? 'all' : 'write');
  return OK;
}

function clientUnpause({ server }: Request): Reply {
  server.pause.finish('command');
  return OK;
}

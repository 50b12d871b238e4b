import { NO_REPLY, OK, type Reply } from '#shared/resp/reply.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { syntaxError } from '../arguments.ts';

const CLIENT = 'noscript loading stale';

export const reply: CommandRow = {
  name: 'reply',
  arity: 3,
  flags: CLIENT,
  since: '3.2.0',
  summary: 'Sends replies, none, or none to the next request.',
  syntax: '(ON|OFF|SKIP)',
  run: clientReply,
};

export const noEvict: CommandRow = {
  name: 'no-evict',
  arity: 3,
  flags: `admin ${CLIENT}`,
  since: '7.0.0',
  summary: 'Keeps this connection when clients take too much memory.',
  syntax: '(ON|OFF)',
  run: clientNoEvict,
};

export const noTouch: CommandRow = {
  name: 'no-touch',
  arity: 3,
  flags: CLIENT,
  since: '7.2.0',
  summary: 'What this connection looks up does not count as used.',
  syntax: '(ON|OFF)',
  run: clientNoTouch,
};

/** OFF and SKIP have no reply themselves. */
function clientReply({ client: { replies }, args }: Request): Reply {
  const mode = args[2]!.toUpperCase();
  if (mode === 'ON') {
    replies.muted = undefined;
    return OK;
  }
  if (mode === 'OFF') replies.muted = 'all';
  else if (mode === 'SKIP') replies.muted ??= 'next';
  else throw syntaxError();
  return NO_REPLY;
}

function clientNoEvict({ client, args }: Request): Reply {
  client.noEvict = isOn(args[2]!);
  return OK;
}

function clientNoTouch({ client, args }: Request): Reply {
  client.noTouch = isOn(args[2]!);
  return OK;
}

function isOn(word: string): boolean {
  if (/^on$/i.test(word)) return true;
  if (/^off$/i.test(word)) return false;
  throw syntaxError();
}

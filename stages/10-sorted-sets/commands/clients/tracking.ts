import { MapReply, OK, ReplyError, SetReply, type Reply } from '#shared/resp/reply.ts';
import type { ClientTracking } from '../../clients/client-tracking.ts';
import type { CommandRow } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';

const CLIENT = 'noscript loading stale';

export const tracking: CommandRow = {
  name: 'tracking',
  arity: -3,
  flags: CLIENT,
  since: '6.0.0',
  summary: 'Says from now on which of the keys that this connection has read have changed.',
  syntax: '(ON|OFF) [REDIRECT <client-id>] [BCAST] [PREFIX <prefix> [...]] [OPTIN] [OPTOUT] [NOLOOP]',
  run: clientTracking,
};

export const caching: CommandRow = {
  name: 'caching',
  arity: 3,
  flags: CLIENT,
  since: '6.0.0',
  summary: 'Whether what the next command reads is remembered, with OPTIN (YES) or OPTOUT (NO).',
  syntax: '(YES|NO)',
  run: clientCaching,
};

export const getredir: CommandRow = {
  name: 'getredir',
  arity: 2,
  flags: CLIENT,
  since: '6.0.0',
  summary: 'The connection that gets the invalidations; 0: this one, -1: nothing is tracked.',
  run: ({ client }) => client.tracking?.redirect ?? -1,
};

export const trackinginfo: CommandRow = {
  name: 'trackinginfo',
  arity: 2,
  flags: CLIENT,
  since: '6.2.0',
  summary: 'How this connection is tracked.',
  run: clientTrackingInfo,
};

/** The options of CLIENT TRACKING. */
interface Options {
  redirect: number;
  bcast: boolean;
  optin: boolean;
  optout: boolean;
  noLoop: boolean;
  readonly prefixes: string[];
}

/** `CLIENT TRACKING ON|OFF …`; nothing changes unless all of it is right. */
function clientTracking(request: Request): Reply {
  const { server, client, args } = request;
  const options = parseOptions(request);
  if (/^on$/i.test(args[2]!)) {
    checkModes(options, client.tracking);
    checkPrefixes(options.prefixes, client.tracking?.prefixes ?? []);
    const { redirect, bcast, optin, optout, noLoop, prefixes } = options;
    server.tracking.enable(client, {
      redirect,
      brokenRedirect: false,
      // The empty prefix is that of every key.
      prefixes: bcast ? (prefixes.length > 0 ? prefixes : ['']) : undefined,
      option: optin ? 'optin' : optout ? 'optout' : undefined,
      caching: client.tracking?.caching ?? false,
      noLoop,
    });
  } else if (/^off$/i.test(args[2]!)) server.tracking.disable(client);
  else throw syntaxError();
  return OK;
}

function parseOptions({ server, args }: Request): Options {
  const options: Options = { redirect: 0, bcast: false, optin: false, optout: false, noLoop: false, prefixes: [] };
  for (let i = 3; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    const value = args[i + 1];
    if (option === 'BCAST') options.bcast = true;
    else if (option === 'OPTIN') options.optin = true;
    else if (option === 'OPTOUT') options.optout = true;
    else if (option === 'NOLOOP') options.noLoop = true;
    else if (value === undefined) throw syntaxError();
    else if (option === 'PREFIX') options.prefixes.push(args[++i]!);
    else if (option === 'REDIRECT') {
      if (options.redirect !== 0) throw new ReplyError('ERR A client can only redirect to a single other client');
      options.redirect = Number(parseLongLong(args[++i]!));
      if (server.clients.byId.has(options.redirect)) continue;
      throw new ReplyError('ERR The client ID you want redirect to does not exist');
    } else throw syntaxError();
  }
  return options;
}

/** Refuses modes that do not go together, or not with those that the connection has. */
function checkModes({ bcast, optin, optout, prefixes }: Options, before: ClientTracking | undefined): void {
  if (!bcast && prefixes.length > 0) throw new ReplyError('ERR PREFIX option requires BCAST mode to be enabled');
  if (before !== undefined && bcast !== (before.prefixes !== undefined)) throw cannotSwitch('BCAST mode on/off');
  if (bcast && (optin || optout)) throw new ReplyError('ERR OPTIN and OPTOUT are not compatible with BCAST');
  if (optin && optout) throw new ReplyError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  const switches = (optin && before?.option === 'optout') || (optout && before?.option === 'optin');
  if (switches) throw cannotSwitch('OPTIN/OPTOUT mode');
}

function cannotSwitch(what: string): ReplyError {
  return new ReplyError(
    `ERR You can't switch ${what} before disabling tracking for this client, and then re-enabling it with a different mode.`,
  );
}

/** A key that two prefixes fit would be sent twice (Redis: `checkPrefixCollisionsOrReply`). */
function checkPrefixes(prefixes: readonly string[], existing: readonly string[]): void {
  prefixes.forEach((prefix, i) => {
    const old = existing.find((other) => overlap(prefix, other));
    if (old !== undefined) throw collision(prefix, 'an existing', old);
    const other = prefixes.slice(i + 1).find((later) => overlap(prefix, later));
    if (other !== undefined) throw collision(prefix, 'another provided', other);
  });
}

function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function collision(prefix: string, which: string, other: string): ReplyError {
  return new ReplyError(
    `ERR Prefix '${prefix}' overlaps with ${which} prefix '${other}'. Prefixes for a single client must not overlap.`,
  );
}

function clientCaching({ client: { tracking }, args }: Request): Reply {
  if (tracking === undefined) {
    throw new ReplyError(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  const word = args[2]!.toUpperCase();
  if (word !== 'YES' && word !== 'NO') throw syntaxError();
  const mode = word === 'YES' ? 'optin' : 'optout';
  if (tracking.option !== mode) {
    const [named, needed] = [word, mode.toUpperCase()];
    throw new ReplyError(`ERR CLIENT CACHING ${named} is only valid when tracking is enabled in ${needed} mode.`);
  }
  tracking.caching = true;
  return OK;
}

function clientTrackingInfo({ client: { tracking } }: Request): Reply {
  const flags = [tracking === undefined ? 'off' : 'on'];
  if (tracking?.prefixes !== undefined) flags.push('bcast');
  if (tracking?.option !== undefined) flags.push(tracking.option);
  if (tracking?.caching) flags.push(tracking.option === 'optin' ? 'caching-yes' : 'caching-no');
  if (tracking?.noLoop) flags.push('noloop');
  if (tracking?.brokenRedirect) flags.push('broken_redirect');
  return new MapReply([
    ...['flags', new SetReply(flags)],
    ...['redirect', tracking?.redirect ?? -1],
    ...['prefixes', tracking?.prefixes ?? []],
  ]);
}

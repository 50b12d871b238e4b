import { addressOf, localAddressOf } from '../clients/address.ts';
import type { Client } from '../clients/client.ts';
import type { Server } from '../server.ts';

/** A client as CLIENT LIST shows it, in Redis's order of fields (Redis: `catClientInfoString`). */
export function clientLine(server: Server, client: Client): string {
  const { pubsub } = server;
  const { parser, replies, socket, transaction } = client;
  const now = Date.now();
  const waiting = client.outputBytes - replies.size;
  const fields: [name: string, value: string | number][] = [
    ['id', client.id],
    ['addr', addressOf(client)],
    ['laddr', localAddressOf(client)],
    ['fd', fileDescriptor(client)],
    ['name', client.name],
    ['age', seconds(now - client.createdAt)],
    ['idle', seconds(now - client.lastInteraction)],
    ['flags', flagsOf(server, client)],
    ['db', client.db],
    ['sub', pubsub.channels.namesOf(client).size],
    ['psub', pubsub.patterns.namesOf(client).size],
    ['ssub', pubsub.shardChannels.namesOf(client).size],
    ['multi', transaction?.queued.length ?? -1],
    ['qbuf', parser.size],
    ['qbuf-free', 0], // Clients such as redis-py expect this field, as they do `rbs` and `rbp`: no buffer has a fixed size
    ['argv-mem', parser.argumentBytes],
    ['multi-mem', transaction?.size ?? 0],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', replies.size],
    ['oll', waiting > 0 ? 1 : 0],
    ['omem', waiting],
    ['tot-mem', parser.size + (transaction?.size ?? 0) + client.outputBytes],
    ['events', `${socket?.isPaused() ? '' : 'r'}${(socket?.writableLength ?? 0) > 0 ? 'w' : ''}`],
    ['cmd', client.lastCommand?.fullName ?? 'NULL'],
    ['user', 'default'],
    ['redir', client.tracking?.redirect ?? -1],
    ['resp', replies.protocol],
    ['lib-name', client.libName],
    ['lib-ver', client.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** One letter for each state that holds; `N` for none. */
function flagsOf(server: Server, client: Client): string {
  const { type, tracking } = client;
  const states: [letter: string, holds: boolean][] = [
    ['O', client.monitor],
    ['S', type === 'replica'],
    ['M', type === 'primary'],
    ['P', type === 'pubsub'],
    ['x', client.transaction !== undefined],
    ['b', client.blocked],
    ['t', tracking !== undefined],
    ['R', tracking?.brokenRedirect === true],
    ['B', tracking?.prefixes !== undefined],
    ['d', server.watchedKeys.haveChanged(client)],
    ['c', client.closing],
    ['U', client.unixSocket !== ''],
    ['e', client.noEvict],
    ['T', client.noTouch],
  ];
  return states.map(([letter, holds]) => (holds ? letter : '')).join('') || 'N';
}

function fileDescriptor({ socket }: Client): number {
  return (socket as { _handle?: { fd?: number } } | undefined)?._handle?.fd ?? -1;
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

import type { InfoField } from '#shared/info/info.ts';
import { goodReplicas, type Primary } from './primary.ts';
import type { PrimaryLink } from './primary-link.ts';

/** Section Replication of INFO; the field names are older than the words primary and replica. */
export function replicationFields(server: Primary): InfoField[] {
  const { replication, options } = server;
  const { link, backlog, replicas } = replication;
  const counted = options['min-replicas-to-write'] > 0 && options['min-replicas-max-lag'] > 0;
  return [
    ['role', link === undefined ? 'master' : 'slave'],
    ...(link === undefined ? [] : linkFields(server, link)),
    ['connected_slaves', replicas.size],
    ...(counted ? [['min_slaves_good_slaves', goodReplicas(server)] satisfies InfoField] : []),
    ...[...replicas].map((replica, index): InfoField => {
      const { ip, listeningPort: port, state, ackOffset, lag } = replica;
      const shown = state === 'online' ? lag : 0;
      return [`slave${index}`, `ip=${ip},port=${port},state=${state},offset=${ackOffset},lag=${shown}`];
    }),
    ['master_failover_state', server.failover.state],
    ['master_replid', replication.replid],
    ['master_replid2', replication.replid2],
    ['master_repl_offset', replication.offset],
    ['second_repl_offset', replication.secondOffset],
    ['repl_backlog_active', backlog === undefined ? 0 : 1],
    ['repl_backlog_size', options['repl-backlog-size']],
    ['repl_backlog_first_byte_offset', backlog?.first ?? 0],
    ['repl_backlog_histlen', backlog?.length ?? 0],
  ];
}

function linkFields(server: Primary, link: PrimaryLink): InfoField[] {
  const { host, port, state, stream, transfer, connection, hasHistory, downSince } = link;
  const known = hasHistory ? server.replication.offset : 1;
  const fields: InfoField[] = [
    ['master_host', host],
    ['master_port', port],
    ['master_link_status', state === 'connected' ? 'up' : 'down'],
    ['master_last_io_seconds_ago', stream === undefined ? -1 : secondsSince(connection!.lastIo)],
    ['master_sync_in_progress', state === 'sync' ? 1 : 0],
    ['slave_read_repl_offset', stream?.read ?? known],
    ['slave_repl_offset', stream?.applied ?? known],
  ];
  if (transfer !== undefined) {
    const { total, read } = transfer;
    fields.push(
      ['master_sync_total_bytes', total],
      ['master_sync_read_bytes', read],
      ['master_sync_left_bytes', total - read],
      ['master_sync_perc', (total === 0 ? 0 : (read / total) * 100).toFixed(2)],
      ['master_sync_last_io_seconds_ago', secondsSince(connection?.lastIo ?? Date.now())],
    );
  }
  if (state !== 'connected') {
    fields.push(['master_link_down_since_seconds', downSince === undefined ? -1 : secondsSince(downSince)]);
  }
  fields.push(
    ['slave_priority', server.options['replica-priority']],
    ['slave_read_only', server.options['replica-read-only'] ? 1 : 0],
    ['replica_announced', server.options['replica-announced'] ? 1 : 0],
  );
  return fields;
}

function secondsSince(time: number): number {
  return Math.floor((Date.now() - time) / 1000);
}

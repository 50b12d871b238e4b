import { REDIS_VERSION } from '#shared/redis-version.ts';
import type { Server } from './server.ts';

/** One section of INFO: its name, and its fields in order. */
export interface InfoSection {
  readonly name: string;
  fields(server: Server): [name: string, value: string | number][];
}

export const infoSections: InfoSection[] = [
  { name: 'Server', fields: serverFields },
  { name: 'Clients', fields: clientsFields },
  { name: 'Memory', fields: memoryFields },
  { name: 'Stats', fields: statsFields },
  { name: 'Keyspace', fields: keyspaceFields },
];

/** The text of INFO (Redis: `genRedisInfoString`). Sections in any case; no name, `all`, `default`: every section. */
export function infoText(server: Server, names: string[]): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const every = wanted.size === 0 || ['all', 'default', 'everything'].some((name) => wanted.has(name));
  const texts: string[] = [];
  for (const section of server.infoSections) {
    if (!every && !wanted.has(section.name.toLowerCase())) continue;
    const lines = section.fields(server).map(([name, value]) => `${name}:${value}\r\n`);
    texts.push(`# ${section.name}\r\n${lines.join('')}`);
  }
  return texts.join('\r\n');
}

function serverFields(server: Server): [string, string | number][] {
  const uptime = Math.floor((Date.now() - server.startTime) / 1000);
  return [
    ['redis_version', REDIS_VERSION],
    ['redis_mode', 'standalone'],
    ['os', `${process.platform} ${process.arch}`],
    ['arch_bits', 64],
    ['process_id', process.pid],
    ['run_id', server.runId],
    ['tcp_port', server.port],
    ['server_time_usec', Date.now() * 1000],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86400)],
    ['hz', server.options.hz],
    ['nodejs_version', process.versions.node],
  ];
}

function clientsFields(server: Server): [string, string | number][] {
  return [
    ['connected_clients', server.clients.size],
    ['maxclients', server.options.maxclients],
    ['blocked_clients', server.blockedClients.size],
  ];
}

function statsFields(server: Server): [string, string | number][] {
  return [
    ['total_connections_received', server.clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['rejected_connections', server.clients.stats.rejectedConnections],
    ['expired_keys', server.keyspace.stats.expired],
    ['keyspace_hits', server.keyspace.stats.hits],
    ['keyspace_misses', server.keyspace.stats.misses],
  ];
}

function memoryFields(server: Server): [string, string | number][] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    ['used_memory', server.keyspace.usedBytes],
    ['used_memory_dataset', server.keyspace.usedBytes],
    ['used_memory_heap', heapUsed],
    ['used_memory_rss', rss],
    ['maxmemory', server.options.maxmemory],
    ['maxmemory_policy', 'noeviction'],
  ];
}

function keyspaceFields(server: Server): [string, string | number][] {
  return server.keyspace.databases
    .filter((db) => db.size > 0)
    .map((db) => [`db${db.index}`, `keys=${db.size},expires=${db.volatileSize},avg_ttl=0`]);
}

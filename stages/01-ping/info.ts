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
  { name: 'Stats', fields: statsFields },
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
  ];
}

function statsFields(server: Server): [string, string | number][] {
  return [
    ['total_connections_received', server.clients.stats.connections],
    ['total_commands_processed', server.stats.commands],
    ['rejected_connections', server.clients.stats.rejectedConnections],
  ];
}

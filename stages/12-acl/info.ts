import type { InfoSection } from '#shared/info/info.ts';
import { commandStatsFields, latencyStatsFields } from '#shared/stats/command-stats.ts';
import { clientsFields } from './info/clients.ts';
import { cpuFields } from './info/cpu.ts';
import { keyspaceFields } from './info/keyspace.ts';
import { memoryFields } from './info/memory.ts';
import { serverFields } from './info/server.ts';
import { statsFields } from './info/stats.ts';
import { persistenceFields } from './persistence/info.ts';
import { replicationFields } from './replication/info.ts';
import type { Server } from './server.ts';

/** The sections of INFO, in Redis's order. */
export const infoSections: readonly InfoSection<Server>[] = [
  { name: 'Server', fields: serverFields },
  { name: 'Clients', fields: clientsFields },
  { name: 'Memory', fields: memoryFields },
  { name: 'Persistence', fields: persistenceFields },
  { name: 'Stats', fields: statsFields },
  { name: 'Replication', fields: replicationFields },
  { name: 'CPU', fields: cpuFields },
  { name: 'Modules', fields: () => [] },
  { name: 'Commandstats', long: true, fields: ({ commands }) => commandStatsFields(commands) },
  { name: 'Errorstats', fields: ({ clients }) => clients.errors.fields },
  { name: 'Latencystats', long: true, fields: (server) => latencyStatsFields(server) },
  { name: 'Cluster', fields: () => [['cluster_enabled', 0]] },
  { name: 'Keyspace', fields: keyspaceFields },
];

import type { InfoSection } from '#shared/info/info.ts';
import { clientsFields } from './info/clients.ts';
import { keyspaceFields } from './info/keyspace.ts';
import { memoryFields } from './info/memory.ts';
import { serverFields } from './info/server.ts';
import { statsFields } from './info/stats.ts';
import type { Server } from './server.ts';

/** The sections of INFO, in Redis's order. */
export const infoSections: readonly InfoSection<Server>[] = [
  { name: 'Server', fields: serverFields },
  { name: 'Clients', fields: clientsFields },
  { name: 'Memory', fields: memoryFields },
  { name: 'Stats', fields: statsFields },
  { name: 'Keyspace', fields: keyspaceFields },
];

import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';

/** Section Memory of INFO. */
export function memoryFields(server: Server): InfoField[] {
  const { rss, heapUsed } = process.memoryUsage();
  return [
    ['used_memory', server.keyspace.usedBytes],
    ['used_memory_dataset', server.keyspace.usedBytes],
    ['used_memory_heap', heapUsed],
    ['used_memory_rss', rss],
    ['maxmemory', server.options.maxmemory],
    ['maxmemory_policy', server.options['maxmemory-policy']],
  ];
}

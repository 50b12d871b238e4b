import { totalmem } from 'node:os';
import { bytesToHuman } from '#shared/info/format.ts';
import type { InfoField } from '#shared/info/info.ts';
import type { Client } from '../clients/client.ts';
import type { Server } from '../server.ts';

/** Section Memory of INFO. What keys and values take is counted; what the process takes is V8's and the system's figure. */
export function memoryFields(server: Server): InfoField[] {
  const { keyspace, options } = server;
  const { rss, heapUsed } = process.memoryUsage();
  keyspace.notePeak();
  return [
    ...withHuman('used_memory', keyspace.usedBytes),
    ...withHuman('used_memory_rss', rss),
    ...withHuman('used_memory_peak', keyspace.peakBytes),
    ['used_memory_peak_perc', `${((keyspace.usedBytes / (keyspace.peakBytes || 1)) * 100).toFixed(2)}%`],
    ['used_memory_dataset', keyspace.usedBytes],
    ['used_memory_heap', heapUsed],
    ...withHuman('total_system_memory', totalmem()),
    ...withHuman('maxmemory', options.maxmemory),
    ['maxmemory_policy', options['maxmemory-policy']],
    ['mem_replication_backlog', server.replication.backlog?.length ?? 0],
    ['mem_total_replication_buffers', server.replication.backlog?.memory ?? 0],
    ['mem_clients_slaves', clientBytes(server, ({ type }) => type === 'replica')],
    ['mem_clients_normal', clientBytes(server, ({ type }) => type !== 'replica')],
    ['number_of_cached_scripts', server.scripts.size],
    ['number_of_functions', server.functions.libraries.functionCount],
    ['number_of_libraries', server.functions.libraries.byName.size],
    ['used_memory_scripts_eval', server.scripts.bytes],
    ['used_memory_functions', server.functions.bytes],
    ...withHuman('used_memory_scripts', server.scripts.bytes + server.functions.bytes),
    ['mem_aof_buffer', server.aof.file.pendingBytes],
  ];
}

function withHuman(name: string, bytes: number): InfoField[] {
  return [
    [name, bytes],
    [`${name}_human`, bytesToHuman(bytes)],
  ];
}

/** What has come from clients and is not executed yet, and what they have not read yet. */
function clientBytes({ clients }: Server, counts: (client: Client) => boolean): number {
  let sum = 0;
  for (const client of clients.byId.values()) {
    if (counts(client)) sum += client.parser.size + client.outputBytes;
  }
  return sum;
}

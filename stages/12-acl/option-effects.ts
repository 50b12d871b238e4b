import { log } from '#shared/log.ts';
import { maxBulkBytes } from '#shared/options/bulk-limit.ts';
import { changeDirectory } from '#shared/options/paths.ts';
import { tlsOptions } from '#shared/options/tls-options.ts';
import type { Options } from './options.ts';
import { watchSlowRequests } from './router/slow-requests.ts';
import type { Server } from './server.ts';

/** Certificates and keys are read again after a change of any TLS option. */
const tlsEffects = Object.fromEntries(Object.keys(tlsOptions).map((name) => [name, ({ tls }: Server) => tls.configure()]));

/**
 * Functions that are called after CONFIG SET has changed an option. Most options are read where they are needed; they have no row
 * here. If a function throws an Error, its text becomes the reply, and all options of that CONFIG SET get their old values: then the row is
 * called again, with the old value (Redis: the `apply` functions of config.c).
 */
export const optionEffects: Partial<Record<keyof Options, (server: Server) => void>> = {
  'proto-max-bulk-len': ({ clients, options }) => {
    for (const client of clients.byId.values()) if (client.type !== 'primary') client.parser.maxBulkBytes = maxBulkBytes(options);
  },
  loglevel: ({ options }) => log.setLevel(options.loglevel),
  maxmemory: ({ eviction }) => eviction.start(),
  'maxmemory-policy': ({ eviction }) => eviction.updatePolicy(),
  hz: (server) => server.startCron(),
  dir: ({ options }) => changeDirectory(options.dir),
  'hash-max-listpack-entries': packing,
  'hash-max-listpack-value': packing,
  'list-max-listpack-size': packing,
  'set-max-intset-entries': packing,
  'set-max-listpack-entries': packing,
  'set-max-listpack-value': packing,
  'stream-node-max-bytes': packing,
  'stream-node-max-entries': packing,
  'zset-max-listpack-entries': packing,
  'zset-max-listpack-value': packing,
  'repl-backlog-size': ({ replication }) => replication.trim(),
  'notify-keyspace-events': ({ notifications }) => notifications.update(),
  ...tlsEffects,
  'tls-port': ({ tls, tlsListener }) => {
    tls.configure();
    void tlsListener.reopen();
  },
  'slowlog-log-slower-than': watchSlowRequests,
  'latency-monitor-threshold': watchSlowRequests,
  requirepass: ({ acl, options }) => acl.setDefaultPassword(options.requirepass),
  appendonly: ({ options, aof }) => {
    if (options.appendonly && aof.state === 'off') aof.start();
    if (!options.appendonly && aof.state !== 'off') aof.stop();
  },
};

function packing(server: Server): void {
  server.applyLimits();
}

import type { InfoField } from '#shared/info/info.ts';
import type { Server } from '../server.ts';
import type { Aof } from './aof/aof.ts';

/** Section Persistence of INFO. */
export function persistenceFields(server: Server): InfoField[] {
  const { rdb, loading, stats } = server;
  const current = rdb.current ?? server.replication.fullSync.current;
  return [
    ['loading', loading === undefined ? 0 : 1],
    ['async_loading', 0],
    ['current_cow_size', current?.snapshot.earlyBytes ?? 0],
    ['current_save_keys_processed', (current ?? server.aof.rewriter.current)?.snapshot.keys ?? 0],
    ['current_save_keys_total', current?.total ?? 0],
    ['rdb_changes_since_last_save', rdb.changes],
    ['rdb_bgsave_in_progress', current === undefined ? 0 : 1],
    ['rdb_last_save_time', Math.floor(rdb.lastSave / 1000)],
    ['rdb_last_bgsave_status', rdb.lastStatus],
    ['rdb_last_bgsave_time_sec', rdb.lastSeconds],
    ['rdb_current_bgsave_time_sec', current === undefined ? -1 : secondsSince(current.startedAt)],
    ['rdb_saves', rdb.saves],
    ['rdb_last_cow_size', rdb.lastEarlyBytes],
    ['rdb_last_load_keys_expired', stats.keysExpiredAtLoad],
    ['rdb_last_load_keys_loaded', stats.keysLoaded],
    ...aofFields(server),
    ...(loading === undefined ? [] : loadingFields(loading)),
  ];
}

function aofFields({ aof }: Server): InfoField[] {
  const { rewriter, state } = aof;
  const { current } = rewriter;
  return [
    ['aof_enabled', state === 'off' ? 0 : 1],
    ['aof_rewrite_in_progress', current === undefined ? 0 : 1],
    ['aof_rewrite_scheduled', rewriter.scheduled ? 1 : 0],
    ['aof_last_rewrite_time_sec', rewriter.lastSeconds],
    ['aof_current_rewrite_time_sec', current === undefined ? -1 : secondsSince(current.startedAt)],
    ['aof_last_bgrewrite_status', rewriter.lastStatus],
    ['aof_rewrites', rewriter.rewrites],
    ['aof_rewrites_consecutive_failures', rewriter.consecutiveFailures],
    ['aof_last_write_status', aof.file.error === undefined ? 'ok' : 'err'],
    ['aof_last_cow_size', rewriter.lastEarlyBytes],
    ...(state === 'off' ? [] : logFields(aof)),
  ];
}

function logFields({ file, rewriter, currentSize, baseSize }: Aof): InfoField[] {
  return [
    ['aof_current_size', currentSize],
    ['aof_base_size', baseSize],
    ['aof_pending_rewrite', rewriter.scheduled ? 1 : 0],
    ['aof_buffer_length', file.pendingBytes],
    ['aof_pending_bio_fsync', file.syncing ? 1 : 0],
    ['aof_delayed_fsync', file.delayedSyncs],
  ];
}

function loadingFields(loading: NonNullable<Server['loading']>): InfoField[] {
  const { startTime, totalBytes, loadedBytes, percent } = loading;
  const seconds = Math.max(1, secondsSince(startTime));
  const left = percent === 0 ? 1 : Math.round((seconds * (100 - percent)) / percent);
  return [
    ['loading_start_time', Math.floor(startTime / 1000)],
    ['loading_total_bytes', totalBytes],
    ['loading_rdb_used_mem', 0],
    ['loading_loaded_bytes', loadedBytes],
    ['loading_loaded_perc', percent.toFixed(2)],
    ['loading_eta_seconds', left],
  ];
}

function secondsSince(time: number): number {
  return Math.floor((Date.now() - time) / 1000);
}

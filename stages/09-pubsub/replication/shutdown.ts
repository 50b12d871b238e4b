import { log } from '#shared/log.ts';
import type { Server, ShutdownFlags } from '../server.ts';

/** How often it looks whether the replicas have all; ms. */
const LOOK_MS = 20;

/**
 * Waits before the server ends until the replicas have every write, for up to `shutdown-timeout` seconds. No client
 * is served during the wait (Redis: `isReadyToShutdown`). @returns false when no replica has to be waited for
 */
export function waitForReplicas(server: Server, flags: ShutdownFlags): boolean {
  const { replication, options } = server;
  const target = replication.offset;
  const lagging = () => replication.online.filter((replica) => replica.ackOffset < target);
  const timeout = options['shutdown-timeout'] * 1000;
  if (timeout === 0 || replication.link !== undefined || lagging().length === 0) return false;
  log.notice('Waiting for replicas before shutting down.');
  const until = Date.now() + timeout;
  const others = [...server.clients.byId.values()].filter((client) => client.type !== 'replica');
  for (const { socket } of others) socket?.pause();
  replication.requestAcks();
  const timer = setInterval(() => {
    const left = lagging();
    if (left.length > 0 && Date.now() < until) return;
    clearInterval(timer);
    for (const { name, ackOffset } of left) log.warning(`Lagging replica ${name}: ${target - ackOffset} bytes behind`);
    if (server.shutdown({ ...flags, now: true })) return;
    server.ending = false;
    for (const { socket } of others) socket?.resume();
  }, LOOK_MS);
  return true;
}

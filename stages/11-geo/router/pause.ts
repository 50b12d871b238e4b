import type { Reply } from '#shared/resp/reply.ts';
import type { Request } from './request.ts';

/** During a pause requests wait for its end. Replicas and monitors change nothing, and are never paused. */
export function checkPaused(request: Request): Reply | undefined {
  const { client, args, server: { pause } } = request;
  if (pause.kind === undefined || client.type === 'replica' || client.monitor) return undefined;
  if (pause.kind === 'write' && !request.has('write') && !request.has('may_replicate')) return undefined;
  return pause.postpone(client, args);
}

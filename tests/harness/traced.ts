import { writeSync } from 'node:fs';
import { startTraceProxy } from '#shared/tools/trace/proxy.ts';
import type { Target } from './target.ts';

/** The same target, reached through a proxy that prints each request and reply: `npm test 03 -- -t lpush --trace`. */
export function traced(target: Target): Target {
  return {
    ...target,
    async start(flags, place) {
      const server = await target.start(flags, place);
      const proxy = await startTraceProxy(server.host, server.port, print);
      return {
        ...server,
        host: '127.0.0.1',
        port: proxy.port,
        async stop(keepDir) {
          await proxy.close();
          await server.stop(keepDir);
        },
      };
    },
  };
}

/** Writes straight to the terminal, in the order of the messages: the reporter does not show what tests print. */
function print(text: string): void {
  writeSync(2, `${text}\n`);
}

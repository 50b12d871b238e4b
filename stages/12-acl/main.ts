import { log } from '#shared/log.ts';
import { readOptions } from './options.ts';
import { Server } from './server.ts';

const { options, configFile } = readOptions(process.argv.slice(2));
const server = new Server(options, configFile);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (server.stopping) process.exit(1);
    log.warning(`Received ${signal}, shutting down...`);
    server.shutdown();
  });
}

try {
  await server.start();
} catch (error) {
  log.warning((error as Error).message);
  process.exit(1);
}

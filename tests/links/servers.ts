import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';
import { until } from '../harness/time.ts';
import { ReplyError } from '#shared/resp/reply.ts';

/** A server of a link test, with a connection to look at it. */
export interface Node {
  readonly name: string;
  readonly port: number;
  readonly client: Client;
  info(section?: string): Promise<Record<string, string>>;
  /** REPLICAOF this port, or NO ONE. */
  follow(port: number | null): Promise<void>;
  output(): string;
  /** Stops it by SHUTDOWN, and starts it again in the same folder, with the same flags: as a primary, from its files. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** No pings, which would move the offset of a primary without writes; a full sync begins at once. */
const COMMON = ['--repl-ping-replica-period', '3600', '--repl-diskless-sync-delay', '0'];

/**
 * Starts a server: `redis`, or a stage by number or folder. A stage writes RDB files that real Redis 7.0 can read too.
 */
export async function startNode(kind: string, ...flags: string[]): Promise<Node> {
  const target = parseTarget(kind);
  const own = target.kind === 'redis' ? [] : ['--save', '', '--rdb-version', '10'];
  const given = [...COMMON, ...own, ...flags];
  let server: RunningServer = await target.start(given);
  let client = await Client.open(server.host, server.port);
  return {
    name: `${target.name} on ${server.port}`,
    get port() {
      return server.port;
    },
    get client() {
      return client;
    },
    async restart() {
      await client.close();
      await server.stop(true);
      server = await target.start(given, { dir: server.dir });
      client = await Client.open(server.host, server.port);
    },
    async info(section = 'replication') {
      const text = (await client.send('INFO', section)) as string;
      const lines = text.split('\r\n').filter((line) => line.includes(':'));
      return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1)]));
    },
    async follow(port) {
      const reply = await client.send('REPLICAOF', ...(port === null ? ['NO', 'ONE'] : ['127.0.0.1', port]));
      if (reply instanceof ReplyError) throw new Error(`${target.name}: REPLICAOF: ${reply.message}`);
    },
    output: () => server.process!.output(),
    async stop() {
      await client.close();
      await server.stop();
    },
  };
}

/** Waits until a replica's link is up. */
export function linkUp(replica: Node, ms = 20_000): Promise<boolean> {
  const isUp = async () => (await replica.info())['master_link_status'] === 'up';
  return until(isUp, `the link of ${replica.name} to be up`, ms);
}

/** Waits until all have the primary's history up to its end. */
export async function settled(primary: Node, replicas: readonly Node[], ms = 60_000): Promise<void> {
  for (const replica of replicas) {
    let last = '';
    await until(
      async () => {
        const [above, below] = [await primary.info(), await replica.info()];
        last = `${above['master_repl_offset']} and ${below['slave_repl_offset']}, link ${below['master_link_status']}`;
        return below['master_link_status'] === 'up' && above['master_repl_offset'] === below['slave_repl_offset'];
      },
      `${replica.name} to have all that ${primary.name} has`,
      ms,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: offsets ${last}`);
    });
  }
}

import { expect } from 'vitest';
import { Client } from '../harness/client.ts';
import { logged } from '../harness/persistence.ts';
import { until } from '../harness/time.ts';
import { diffDatasets, readDataset } from '../interop/dataset.ts';
import { replicaView } from '../links/replica-view.ts';
import { linkUp, settled } from '../links/servers.ts';
import { logWritten, startDurable, startFrom, WITH_AOF, type Durable } from './servers.ts';

/** A primary with an append-only file, and replicas; all is there once for the tests of a group. */
export interface Trio {
  readonly primary: Durable;
  readonly replicas: readonly Durable[];
  /** Another connection to the primary, or to the server given. */
  client(server?: Durable): Promise<Client>;
  /** Runs requests on the primary, their words separated by blanks; error replies throw. */
  run(...requests: string[]): Promise<void>;
  /** The requests, as texts, that came into the primary's file while this went on; without SELECT. */
  during(body: () => Promise<unknown>): Promise<string[]>;
  /** Waits until the replicas have all. */
  settled(): Promise<void>;
  /** All hold the same now. */
  agree(): Promise<void>;
  /** Servers that start from the primary's append-only files hold the same, too. */
  agreeFromFiles(kinds: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** The database of the markers, which nothing else uses. */
const MARKERS = 15;

/** @param kinds `redis` or a stage, for each replica */
export async function startTrio(kind: string, kinds: readonly string[]): Promise<Trio> {
  const flags = [...WITH_AOF, '--enable-debug-command', 'yes'];
  const [primary, ...replicas] = await Promise.all([kind, ...kinds].map((one) => startDurable(one, flags)));
  for (const replica of replicas) await replica.follow(primary!.port);
  for (const replica of replicas) await linkUp(replica);
  return trio(primary!, replicas);
}

function trio(primary: Durable, replicas: readonly Durable[]): Trio {
  const clients: Client[] = [];
  let marks = 0;
  const self: Trio = {
    primary,
    replicas,
    async client(server = primary) {
      const client = await Client.open('127.0.0.1', server.port);
      clients.push(client);
      return client;
    },
    async run(...requests) {
      for (const request of requests) await primary.client.expect(...request.split(' ')).success();
    },
    async during(body) {
      const marker = await self.client();
      await marker.expect('SELECT', MARKERS).ok();
      const mark = async () => {
        const text = `SET marker:${++marks} x`;
        await marker.expect(...text.split(' ')).ok();
        await until(() => texts(primary).includes(text), 'the marker in the file');
        return text;
      };
      const from = await mark();
      await body();
      const to = await mark();
      const all = texts(primary);
      return all.slice(all.indexOf(from) + 1, all.indexOf(to)).filter((request) => !request.startsWith('SELECT '));
    },
    settled: () => settled(primary, replicas),
    async agree() {
      // Reading finds the keys that are over; their deletions are waited for.
      const dataset = replicaView(await readDataset(primary.client));
      await self.settled();
      for (const replica of replicas) {
        const other = replicaView(await readDataset(replica.client));
        expect(diffDatasets(dataset, other, { consumerTimes: false }), replica.name).toEqual([]);
      }
    },
    async agreeFromFiles(from) {
      const dataset = replicaView(await readDataset(primary.client));
      await logWritten(primary.client);
      for (const one of from) {
        const server = await startFrom(one, primary.dir, 'appendonlydir');
        try {
          const other = replicaView(await readDataset(server.client));
          expect(diffDatasets(dataset, other, { consumerTimes: false }), server.name).toEqual([]);
        } finally {
          await server.stop();
        }
      }
    },
    async stop() {
      for (const client of clients) await client.close();
      for (const server of [...replicas, primary]) await server.stop();
    },
  };
  return self;
}

/** The requests in a server's append-only file. */
export function texts(server: Durable): string[] {
  return logged(server).map((request) => request.join(' '));
}

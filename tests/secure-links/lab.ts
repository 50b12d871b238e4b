import type { ConnectionOptions } from 'node:tls';
import { builtStages } from '#shared/manifest.ts';
import { Client } from '../harness/client.ts';
import type { Certificates } from '../harness/make-certificates.ts';
import { freePort } from '../harness/process.ts';
import { createRng } from '../harness/rng.ts';
import { sleep, until } from '../harness/time.ts';
import { buildDataset, diffDatasets, readDataset, typesOf } from '../interop/dataset.ts';
import { startLoad } from '../links/load.ts';
import { openProxy, type Proxy } from '../links/proxy.ts';
import { replicaView } from '../links/replica-view.ts';
import { linkUp, settled, startNode, type Node } from '../links/servers.ts';
import { buildLargeValues } from './large-values.ts';

/** How a replica reaches its primary: plainly, or by TLS under a value of `tls-auth-clients`; `stranger`: by a certificate that the primary does not trust. */
export const LINKS = ['plain', 'no', 'optional', 'yes', 'yes, stranger'] as const;
/** What a replica needs to log in at its primary: nothing, the password of the default user, or a user and a password. */
export const LOGINS = ['nothing', 'password', 'user'] as const;

/** One combination. `primary` and `replica`: `redis`, or a stage. */
export interface Case {
  readonly primary: string;
  readonly replica: string;
  readonly link: (typeof LINKS)[number];
  readonly login: (typeof LOGINS)[number];
}

export interface CaseOutcome {
  /** As the primary has counted them. */
  full: number;
  partial: number;
  /** Keys compared. */
  keys: number;
  /** Where the link is refused: what primary and replica have printed of it, a line of each. */
  readonly said: string[];
  /** What is wrong; empty when all is well. */
  readonly problems: string[];
}

export interface LabOptions {
  readonly certificates: Certificates;
  readonly seed: number;
  /** Full syncs by way of a file, instead of directly from memory. */
  readonly disk?: boolean;
}

export interface Lab {
  run(one: Case): Promise<CaseOutcome>;
  close(): Promise<void>;
}

const PASSWORD = 'of-the-default-user';
const REPLICATOR = ['replicator', 'of-the-replicator'] as const;
/** More than is written while a link is away. */
const BACKLOG = '64mb';
const KEYS = 60;
const LOAD_MS = 150;
/** How many commands come while the link is away, at least. */
const MEANWHILE = 200;
/** The longest life of the load's short-lived keys, and a little more. */
const SHORT_LIVES_MS = 300;

/** A server that is used for all cases it has a part in: CONFIG SET makes it what a case needs. */
interface Member {
  readonly node: Node;
  readonly tlsPort: number;
  readonly plain: Proxy;
  readonly secured: Proxy;
}

/** Tries replication over links of all kinds. Each server is started once, when a case needs it. */
export function openLab(options: LabOptions): Lab {
  const members = new Map<string, Promise<Member>>();
  const member = (role: string, kind: string): Promise<Member> => {
    const name = `${role} ${kind}`;
    const found = members.get(name) ?? startMember(kind, options);
    members.set(name, found);
    return found;
  };
  return {
    async run(one) {
      const outcome: CaseOutcome = { full: 0, partial: 0, keys: 0, said: [], problems: [] };
      const [primary, replica] = [await member('primary', one.primary), await member('replica', one.replica)];
      try {
        await prepare(primary.node, replica.node, one, options);
        if (one.link === 'yes, stranger') await refused(primary, replica, outcome);
        else await served(primary, replica, one, options, outcome);
      } catch (error) {
        outcome.problems.push((error as Error).message);
      } finally {
        // The next case may give this primary another replica, and counts its syncs.
        await replica.node.follow(null);
      }
      if (outcome.problems.length > 0) {
        for (const { node } of [primary, replica]) outcome.problems.push(`${node.name} printed:\n${node.output().slice(-1_500)}`);
      }
      return outcome;
    },
    async close() {
      for (const starting of members.values()) {
        const { node, plain, secured } = await starting;
        for (const proxy of [plain, secured]) proxy.close();
        await node.stop();
      }
    },
  };
}

async function startMember(kind: string, { certificates, seed }: LabOptions): Promise<Member> {
  const tlsPort = await freePort();
  const node = await startNode(kind, ...certificates.flags, '--tls-port', String(tlsPort), '--repl-backlog-size', BACKLOG);
  const [plain, secured] = [await openProxy(node.port, createRng(seed)), await openProxy(tlsPort, createRng(seed))];
  return { node, tlsPort, plain, secured };
}

/** Two empty primaries; the first requires the login of the case, and the second has it. */
async function prepare(primary: Node, replica: Node, { link, login }: Case, { certificates, disk }: LabOptions): Promise<void> {
  for (const node of [primary, replica]) {
    await node.follow(null);
    await node.client.expect('FLUSHALL').ok();
  }
  const [user, password] = login === 'user' ? REPLICATOR : ['', login === 'password' ? PASSWORD : ''];
  const authClients = link === 'plain' ? 'yes' : link.split(',')[0]!;
  await configure(primary, { requirepass: login === 'nothing' ? '' : PASSWORD, 'tls-auth-clients': authClients, 'repl-diskless-sync': disk ? 'no' : 'yes' });
  await primary.client.expect('ACL', 'SETUSER', REPLICATOR[0], 'reset', 'on', `>${REPLICATOR[1]}`, '+psync', '+replconf', '+ping').ok();
  const shown = link === 'yes, stranger' ? 'stranger' : 'client';
  await configure(replica, {
    masteruser: user,
    masterauth: password,
    'tls-replication': link === 'plain' ? 'no' : 'yes',
    'tls-client-cert-file': certificates.path(`${shown}.crt`),
    'tls-client-key-file': certificates.path(`${shown}.key`),
  });
}

async function configure({ client }: Node, settings: Record<string, string>): Promise<void> {
  await client.expect('CONFIG', 'SET', ...Object.entries(settings).flat()).ok();
}

/** A full sync of values of all types and sizes while clients write, a cut, and what they write meanwhile. */
async function served(above: Member, below: Member, one: Case, options: LabOptions, outcome: CaseOutcome): Promise<void> {
  const { certificates, seed } = options;
  const [primary, replica] = [above.node, below.node];
  const proxy = one.link === 'plain' ? above.plain : above.secured;
  const stage = builtStages().at(-1)!.number;
  const before = await counters(primary);
  await buildDataset(primary.client, createRng(seed), { types: typesOf(stage), keys: KEYS });
  await buildLargeValues(primary.client, createRng(seed));
  const secure = one.link === 'plain' ? undefined : certificates.of('client');
  const open = () => authenticated(secure === undefined ? primary.port : above.tlsPort, secure, one.login);
  const writing = await startLoad(primary.port, { stage, seed, open });
  try {
    await replica.follow(proxy.port);
    await linkUp(replica);
    await sleep(LOAD_MS);
    proxy.open(false);
    proxy.cut();
    await until(async () => (await replica.info())['master_link_status'] === 'down', 'the link to be down');
    const written = writing.count();
    await until(() => writing.count() > written + MEANWHILE, 'some writes');
    proxy.open(true);
    await linkUp(replica);
  } finally {
    proxy.open(true);
    await writing.stop();
  }
  await compare(primary, replica, outcome);
  const after = await counters(primary);
  outcome.full = after.full - before.full;
  outcome.partial = after.partial - before.partial;
  if (outcome.full !== 1 || outcome.partial !== 1) outcome.problems.push(`${outcome.full} full and ${outcome.partial} partial syncs, in place of one of each`);
}

/** A client of the primary under load. */
async function authenticated(port: number, secure: ConnectionOptions | undefined, login: Case['login']): Promise<Client> {
  const client = await Client.open('127.0.0.1', port, secure);
  if (login !== 'nothing') await client.expect('AUTH', PASSWORD).ok();
  return client;
}

async function compare(primary: Node, replica: Node, outcome: CaseOutcome): Promise<void> {
  await sleep(SHORT_LIVES_MS);
  await settled(primary, [replica]);
  const dataset = replicaView(await readDataset(primary.client));
  outcome.keys = [...dataset.values()].reduce((sum, keys) => sum + keys.size, 0);
  if (outcome.keys < KEYS) outcome.problems.push(`only ${outcome.keys} keys to compare`);
  outcome.problems.push(...diffDatasets(dataset, replicaView(await readDataset(replica.client)), { consumerTimes: false }));
}

const TURNED_AWAY = /Error accepting a client connection/;
const NOT_LET_IN = /Connection with master lost|Failed to read response|I\/O error|Error condition on socket|Error reply to PING/;

/** The replica tries, and tries again; each side says so in a line, and no data come through. */
async function refused(above: Member, below: Member, outcome: CaseOutcome): Promise<void> {
  const [primary, replica] = [above.node, below.node];
  const before = await counters(primary);
  const printed = [printedFromNow(primary), printedFromNow(replica)] as const;
  await replica.follow(above.secured.port);
  const found = () => [printed[0]().filter((line) => TURNED_AWAY.test(line)), printed[1]().filter((line) => NOT_LET_IN.test(line))] as const;
  await until(() => found().every((lines) => lines.length >= 2), 'a line about each of two tries on both sides');
  outcome.said.push(...found().map((lines) => lines[0]!.replace(/^.*? [#*.-] /, '')));
  if (outcome.said.some((line) => line.includes('openssl/'))) outcome.problems.push(`a line names a place in the source of OpenSSL: ${outcome.said.join('; ')}`);
  if ((await replica.info())['master_link_status'] !== 'down') outcome.problems.push('the link is up');
  if ((await counters(primary)).full !== before.full) outcome.problems.push('the primary has sent its data');
}

/** The lines that a server prints from now on. */
function printedFromNow({ output }: Node): () => string[] {
  const last = output().trimEnd().split('\n').at(-1)!;
  return () => {
    const lines = output().split('\n');
    return lines.slice(lines.lastIndexOf(last) + 1);
  };
}

async function counters(primary: Node): Promise<{ full: number; partial: number }> {
  const stats = await primary.info('stats');
  return { full: Number(stats['sync_full']), partial: Number(stats['sync_partial_ok']) };
}

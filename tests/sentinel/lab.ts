import { parseVictim } from '../crash/server.ts';
import { sleep, until } from '../harness/time.ts';
import { askOnce, replicationInfo, type Access } from './link.ts';
import { startMembers, type Fault, type Member } from './members.ts';
import { startSentinels, type Sentinels } from './sentinels.ts';
import { countMissing, startWriters } from './writers.ts';

/** How servers, sentinels and clients speak TLS. */
export interface Tls {
  readonly flags: readonly string[];
  /** Lines of sentinel.conf. */
  readonly sentinel: readonly string[];
  readonly secure: NonNullable<Access['secure']>;
}

export interface LabOptions {
  /** Three servers, each `redis` or a stage. */
  readonly servers: readonly string[];
  /** One after another; each hits the server that is the primary at that time. */
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly password?: string;
  readonly tls?: Tls;
  readonly onFailover?: (failover: Failover) => void;
}

/** What one fault has led to. */
export interface Failover {
  readonly fault: Fault;
  /** Writes that WAIT 1 had acknowledged when the fault came. */
  readonly acknowledged: number;
  /** Writes that WAIT 1 has acknowledged, before the fault or after it, and the new primary does not have. */
  readonly lost: number;
  /**
   * The promoted replica was behind the other one. Then a write that only the other had acknowledged may be lost:
   * Sentinel chooses by the offsets that were last reported to it.
   */
  readonly promotedWasBehind: boolean;
  /** From the fault to the first write that a client has begun afterwards and was answered OK; ms. */
  readonly downMs: number;
}

export interface Outcome {
  readonly failovers: readonly Failover[];
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

/** How long the writers write before a fault. */
const WRITING_MS = 700;
/** Until a replica has applied what its primary's last bytes brought it. */
const SETTLE_MS = 300;
/** Sentinel tries again after twice its failover-timeout. */
const PATIENCE_MS = 60_000;

/** Three sentinels watch three servers; the primary of the moment is hit by each fault in turn, under load. */
export async function runLab(options: LabOptions): Promise<Outcome> {
  const { password, tls, seed } = options;
  const failovers: Failover[] = [];
  const problems: string[] = [];
  const users = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const secured = tls === undefined ? [] : [...tls.flags, '--tls-replication', 'yes'];
  const members = await startMembers(options.servers.map(parseVictim), { flags: [...users, ...secured], tls: tls !== undefined }, seed);
  let sentinels: Sentinels | undefined;
  try {
    sentinels = await startSentinels({ primary: members[0]!.proxy.port, password, tls: tls?.sentinel ?? [] });
    const lab: Lab = { members, sentinels, direct: { password }, access: { password, secure: tls?.secure } };
    for (const [round, fault] of options.faults.entries()) {
      const failover = await oneFailover(lab, fault, `${round}`);
      failovers.push(failover);
      options.onFailover?.(failover);
      const { lost, promotedWasBehind, acknowledged } = failover;
      if (acknowledged === 0) problems.push(`failover ${round + 1}, ${fault}: nothing was acknowledged before it`);
      if (lost > 0 && !promotedWasBehind) problems.push(`failover ${round + 1}, ${fault}: ${lost} acknowledged writes are lost`);
    }
  } catch (error) {
    problems.push(`failover ${failovers.length + 1}: ${(error as Error).message}`);
    problems.push(...members.map(({ name, output }) => `${name} printed:\n${output().slice(-2_000)}`));
    problems.push(`the sentinels printed:\n${sentinels?.output() ?? ''}`);
  } finally {
    await sentinels?.stop();
    for (const member of members) await member.stop();
  }
  return { failovers, problems };
}

interface Lab {
  readonly members: readonly Member[];
  readonly sentinels: Sentinels;
  /** The lab's way to a server, and that of the clients. */
  readonly direct: Access;
  readonly access: Access;
}

async function oneFailover(lab: Lab, fault: Fault, prefix: string): Promise<Failover> {
  const { members, sentinels, direct, access } = lab;
  await allWell(lab);
  const writers = startWriters(prefix, access, () => sentinels.primary());
  try {
    await until(() => writers.acknowledged.length > 0, 'a write that WAIT 1 acknowledges', PATIENCE_MS);
    await sleep(WRITING_MS);
    const old = memberAt(members, await sentinels.primary());
    const others = members.filter((member) => member !== old);
    const faultAt = performance.now();
    await old.suffer(fault);
    const before = writers.acknowledged.length;
    const firstWrite = writers.nextWrite();
    await sleep(SETTLE_MS);
    const offsets = await Promise.all(others.map(async ({ port }) => Number((await replicationInfo(port, direct))['slave_repl_offset'])));
    await until(async () => (await sentinels.primary()) !== old.proxy.port, 'the sentinels to promote a replica', PATIENCE_MS);
    writers.leave();
    const downMs = (await firstWrite) - faultAt;
    const promoted = memberAt(members, await sentinels.primary());
    const promotedWasBehind = offsets[others.indexOf(promoted)]! < Math.max(...offsets);
    await old.recover(fault);
    await writers.stop();
    await allWell(lab);
    const lost = await countMissing(promoted.port, direct, writers.acknowledged);
    await expectEqual(lab);
    return { fault, acknowledged: before, lost, promotedWasBehind, downMs };
  } finally {
    await writers.stop();
  }
}

/** Waits until each sentinel sees a primary with two replicas that follow it, and these have everything. */
async function allWell({ members, sentinels, direct }: Lab): Promise<void> {
  let complaint: string | null = null;
  const isWell = async () => {
    complaint = await sentinels.complaint();
    if (complaint !== null) return false;
    const views = await Promise.all(members.map(({ port }) => replicationInfo(port, direct)));
    const roles = views.map(({ role }) => role).sort().join(' ');
    const offsets = new Set(views.map((view) => view['slave_repl_offset'] ?? view['master_repl_offset']));
    complaint = roles === 'master slave slave' && offsets.size === 1 ? null : `${roles}, offsets ${[...offsets].join(' ')}`;
    return complaint === null;
  };
  await until(isWell, 'a primary and two replicas', PATIENCE_MS).catch((error: Error) => {
    throw new Error(`${error.message}: ${complaint}`);
  });
}

/** What the primary holds is on all three. */
async function expectEqual({ members, direct }: Lab): Promise<void> {
  const sizes = await Promise.all(members.map(({ port }) => askOnce(port, direct, 'DBSIZE')));
  if (new Set(sizes).size > 1) throw new Error(`the servers hold ${sizes.join(', ')} keys`);
}

function memberAt(members: readonly Member[], port: number): Member {
  const member = members.find(({ proxy }) => proxy.port === port);
  if (member === undefined) throw new Error(`the sentinels name port ${port}, and no server is known by that`);
  return member;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, type Victim } from '../crash/server.ts';
import { freePort, type ServerProcess } from '../harness/process.ts';
import { createRng } from '../harness/rng.ts';
import { openProxy, type Proxy } from '../links/proxy.ts';

/** What happens to a primary. */
export const FAULTS = ['kill -9', 'SIGSTOP', 'cut off'] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * One of three servers. Sentinels, clients and the other servers know it by its proxy's port alone, so that it can be
 * cut off from everybody at once; the lab looks at it by the port behind.
 */
export interface Member {
  readonly name: string;
  readonly proxy: Proxy;
  /** The lab's own way to it. */
  readonly port: number;
  /** Does this to it. What a cut-off server says or hears stays under way, as behind a dead switch. */
  suffer(fault: Fault): Promise<void>;
  /** It comes back: restarted without data, continued, or reachable again. */
  recover(fault: Fault): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

/** Flags for all members, and those by which they speak TLS. */
export interface MemberOptions {
  readonly flags: readonly string[];
  readonly tls: boolean;
}

/** Starts three servers of these kinds: the first is the primary, the others follow it. */
export async function startMembers(victims: readonly Victim[], options: MemberOptions, seed: number): Promise<Member[]> {
  const members: Member[] = [];
  try {
    for (const victim of victims) members.push(await startMember(victim, options, members[0]?.proxy.port, seed + members.length));
  } catch (error) {
    for (const member of members) await member.stop();
    throw error;
  }
  return members;
}

async function startMember(victim: Victim, { flags, tls }: MemberOptions, follow: number | undefined, seed: number): Promise<Member> {
  const dir = mkdtempSync(join(tmpdir(), 'sentinel-member-'));
  const port = await freePort();
  const tlsPort = tls ? await freePort() : port;
  const proxy = await openProxy(tlsPort, createRng(seed));
  const own = ['--save', '', '--repl-diskless-sync-delay', '0', '--replica-announce-port', String(proxy.port)];
  const given = [...own, ...flags, ...(tls ? ['--tls-port', String(tlsPort)] : [])];
  const begin = (...more: string[]) => start(victim, port, dir, [...given, ...more]);
  let server: ServerProcess = await begin(...(follow === undefined ? [] : ['--replicaof', '127.0.0.1', String(follow)]));
  return {
    name: `${victim.name} on ${port}, known as ${proxy.port}`,
    proxy,
    port,
    async suffer(fault) {
      if (fault === 'kill -9') await server.kill();
      else if (fault === 'SIGSTOP') server.signal('SIGSTOP');
      else proxy.set({ stalled: true });
    },
    async recover(fault) {
      if (fault === 'kill -9') server = await begin();
      else if (fault === 'SIGSTOP') server.signal('SIGCONT');
      else {
        proxy.cut();
        proxy.set({});
      }
    },
    output: () => server.output(),
    async stop() {
      proxy.close();
      server.signal('SIGCONT');
      await server.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

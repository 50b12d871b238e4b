import { sleep } from '../harness/time.ts';
import { askOnce, openLink, type Access, type Link } from './link.ts';

/** Clients that write, as Sentinel's clients do: they ask it for the primary whenever their connection breaks. */
export interface Writers {
  /** Keys whose write is acknowledged by WAIT 1; the value of a key is the key. */
  readonly acknowledged: readonly string[];
  /** Looks out for the first write that begins after now and is answered OK. @returns when that was */
  nextWrite(): Promise<number>;
  /** Another primary has been promoted: all leave the old one at once, as clients do when Sentinel notifies them. */
  leave(): void;
  stop(): Promise<void>;
}

const CLIENTS = 6;
const WAIT_MS = 1_000;
const RETRY_MS = 20;

/** `primary` says where to write at the moment. */
export function startWriters(prefix: string, access: Access, primary: () => Promise<number>): Writers {
  const acknowledged: string[] = [];
  let running = true;
  const links = new Set<Link>();
  let lookouts: { since: number; found(at: number): void }[] = [];
  const written = (begun: number) => {
    const now = performance.now();
    for (const { found } of lookouts.filter(({ since }) => begun >= since)) found(now);
    lookouts = lookouts.filter(({ since }) => begun < since);
  };
  const write = async (link: Link, key: string) => {
    const begun = performance.now();
    const [, count] = await Promise.all([
      link.ask('SET', key, key).then(() => written(begun)),
      link.ask('WAIT', '1', WAIT_MS),
    ]);
    if (Number(count) > 0) acknowledged.push(key);
  };
  const all = Array.from({ length: CLIENTS }, async (_, client) => {
    let link: Link | undefined;
    for (let n = 0; running; n++) {
      try {
        if (link === undefined) links.add((link = await openLink(await primary(), access)));
        await write(link, `${prefix}:${client}:${n}`);
      } catch {
        // The server is gone, or no primary any more.
        if (link !== undefined) links.delete(link);
        link?.close();
        link = undefined;
        await sleep(RETRY_MS);
      }
    }
    link?.close();
  });
  return {
    acknowledged,
    nextWrite: () => new Promise((found) => lookouts.push({ since: performance.now(), found })),
    leave: () => links.forEach((link) => link.close()),
    async stop() {
      running = false;
      await Promise.all(all);
    },
  };
}

/** How many keys of the writers a server does not have with their value. */
export async function countMissing(port: number, access: Access, keys: readonly string[]): Promise<number> {
  let missing = 0;
  for (let from = 0; from < keys.length; from += 1_000) {
    const part = keys.slice(from, from + 1_000);
    const values = (await askOnce(port, access, 'MGET', ...part)) as unknown[];
    missing += part.filter((key, at) => values[at] !== key).length;
  }
  return missing;
}

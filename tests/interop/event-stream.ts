import { splitArguments } from '#shared/resp/split-arguments.ts';
import { escapeBytes } from '../harness/show.ts';
import { Client } from '../harness/client.ts';

/** A client that changes data, and one that receives an event for each change. */
export interface Watched {
  /** Runs the commands of a line, which ` ; ` separates; `{dump}` is what DUMP gave last. @returns the events of each of them, as text */
  run(line: string): Promise<string[]>;
  close(): Promise<void>;
}

const END = 'end-of-events';

/** Opens both connections to a server, which from now on publishes all events. */
export async function watchEvents(host: string, port: number): Promise<Watched> {
  const writer = await Client.open(host, port);
  const listener = await Client.open(host, port);
  await writer.expect('CONFIG', 'SET', 'notify-keyspace-events', 'KEAmn').ok();
  // A key expires when a command looks it up, and not in the active cycle.
  await writer.expect('DEBUG', 'SET-ACTIVE-EXPIRE', 0).ok();
  await listener.expect('PSUBSCRIBE', '__key*').success();
  await listener.expect('SUBSCRIBE', END).success();

  const run = async (line: string): Promise<string[]> => {
    await writer.expect('SELECT', 0).ok();
    await writer.expect('FLUSHALL').ok();
    const seen: string[] = [];
    let dumped = '';
    for (const command of line.split(' ; ')) {
      const words = splitArguments(command)!.map((word) => (word === '{dump}' ? dumped : word));
      const reply = await writer.send(...words);
      if (words[0] === 'DUMP') dumped = reply as string;
      seen.push(`${command}: ${(await eventsSoFar()).join(', ')}`);
    }
    return seen;
  };

  const eventsSoFar = async (): Promise<string[]> => {
    const marker = await Client.open(host, port);
    await marker.expect('PUBLISH', END, '').int(1);
    await marker.close();
    const events: string[] = [];
    for (;;) {
      const [kind, , channel, message] = (await listener.receive().reply) as string[];
      if (kind === 'message') return events;
      events.push(`${escapeBytes(channel!)} ${escapeBytes(message!)}`);
    }
  };

  return { run, close: async () => void (await Promise.all([writer.close(), listener.close()])) };
}

import type { Decoded } from '#shared/resp/decoder.ts';
import { ReplyError } from '#shared/resp/reply.ts';

/**
 * What reads and fills a server: the harness's `Client`, or anything that sends a command and resolves to its reply.
 */
export interface DataClient {
  send(...args: string[]): Promise<Decoded>;
}

const BATCH = 400;

/** Sends commands, hundreds in flight at once. An error reply is a value here. */
export async function sendAll(client: DataClient, commands: readonly (readonly string[])[]): Promise<Decoded[]> {
  const replies: Decoded[] = [];
  for (let i = 0; i < commands.length; i += BATCH) {
    const batch = commands.slice(i, i + BATCH);
    replies.push(...(await Promise.all(batch.map((command) => client.send(...command)))));
  }
  return replies;
}

/** The same, for commands that must succeed. @throws Error naming the first one that was refused */
export async function checked(client: DataClient, commands: readonly (readonly string[])[]): Promise<Decoded[]> {
  const replies = await sendAll(client, commands);
  const at = replies.findIndex((reply) => reply instanceof ReplyError);
  if (at === -1) return replies;
  const words = JSON.stringify(commands[at]).slice(0, 200);
  throw new Error(`${words} was refused: ${(replies[at] as ReplyError).message}`);
}

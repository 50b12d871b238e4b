import { client, type Client } from './suite.ts';

/** What a RESP2 subscriber gets for this command. */
export const refused = (command: string) =>
  `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`;

/** A RESP2 client that has subscribed to these channels. */
export async function subscriber(...channels: string[]): Promise<Client> {
  const c = await client();
  await subscribe(c, ...channels);
  return c;
}

/** Subscribes to these channels, and takes the confirmations. */
export async function subscribe(c: Client, ...channels: string[]): Promise<void> {
  c.write(`SUBSCRIBE ${channels.join(' ')}\r\n`);
  for (const [i, channel] of channels.entries()) await c.receive().push(['subscribe', channel, i + 1]);
}

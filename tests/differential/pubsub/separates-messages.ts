import { Client } from '../../harness/client.ts';

/** Whether a message to oneself follows the reply to the command that sent it, as it does since Redis 7.2. */
export async function separatesMessages(port: number): Promise<boolean> {
  const c = await Client.open('127.0.0.1', port);
  const info = String(await c.send('INFO', 'server'));
  await c.close();
  const [major, minor] = /redis_version:(\d+)\.(\d+)/.exec(info)!.slice(1).map(Number);
  return major! > 7 || (major === 7 && minor! >= 2);
}

import { items } from '../harness/expectation.ts';
import { ReplyDecoder, type Decoded } from '#shared/resp/decoder.ts';
import type { Command } from './arguments.ts';
import type { BatchConnection } from './connection.ts';

const DATABASES = ['0', '1', '2', '15'];

/** How each type's whole value is read. */
const READERS: Record<string, (key: string) => Command[]> = {
  string: (key) => [['GET', key]],
  list: (key) => [['LRANGE', key, '0', '-1']],
  hash: (key) => [['HGETALL', key]],
  set: (key) => [['SMEMBERS', key]],
  stream: (key) => [
    ['XRANGE', key, '-', '+'],
    ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
  ],
  zset: (key) => [['ZRANGE', key, '0', '-1', 'WITHSCORES']],
};

/** The commands that read the whole keyspace of a server, as it is now: keys, types, values and times to live. */
export async function stateCommands(connection: BatchConnection): Promise<Command[]> {
  const commands: Command[] = [];
  for (const database of DATABASES) {
    const select = ['SELECT', database];
    const replies = await connection.send([select, ['KEYS', '*']]);
    const keys = items(decode(replies[1]!)).map(String).sort();
    const types = await connection.send(keys.map((key) => ['TYPE', key]));
    commands.push(select, ['DBSIZE'], ['KEYS', '*']);
    keys.forEach((key, at) => {
      const type = types[at]!.slice(1, -2);
      commands.push(['TYPE', key], ['PTTL', key], ...(READERS[type]?.(key) ?? []));
    });
  }
  return commands;
}

function decode(raw: string): Decoded {
  const decoder = new ReplyDecoder();
  decoder.feed(raw);
  return decoder.next()!;
}

import { expect, test } from 'vitest';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Client } from './client.ts';
import { saved, savedIfItCan, saveIfItCan } from './persistence.ts';

/** A client whose requests are answered with these texts, one after the other; the last one again and again. */
function answering(...texts: string[]): { client: Client; asked: () => number } {
  let asked = 0;
  const send = () => Promise.resolve(texts[Math.min(asked++, texts.length - 1)]);
  return { client: { send } as unknown as Client, asked: () => asked };
}

const RUNS = '# Persistence\r\nrdb_bgsave_in_progress:1\r\n';
const RUNS_NOT = '# Persistence\r\nrdb_bgsave_in_progress:0\r\n';
const HAS_NONE = '# Persistence\r\nrdb_last_load_keys_loaded:1\r\n';

test('a server without BGSAVE, as in step 1 of chapter 06, is ready for the next test at once', async () => {
  const { client, asked } = answering(HAS_NONE);
  await savedIfItCan(client);
  expect(asked()).toBe(1);
});

test.each([
  ['savedIfItCan', savedIfItCan],
  ['saved', saved],
])('%s waits for the end of a save that runs', async (_, wait) => {
  const { client, asked } = answering(RUNS, RUNS, RUNS_NOT);
  await wait(client);
  expect(asked()).toBe(3);
});

test('a server without SAVE is ready for the next test, one that fails to save is not', async () => {
  const client = (reply: unknown) => ({ send: () => Promise.resolve(reply) }) as unknown as Client;
  await saveIfItCan(client('OK'));
  await saveIfItCan(client(new ReplyError("ERR unknown command 'SAVE', with args beginning with: ")));
  await expect(saveIfItCan(client(new ReplyError('ERR')))).rejects.toThrow('SAVE between two tests: ERR');
});

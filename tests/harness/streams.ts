import { client, expect, items, type Client, type Decoded } from './suite.ts';

/** Adds entries with these IDs, each with the field `f` and its ID as value. */
export async function add(c: Client, key: string, ...ids: string[]): Promise<void> {
  const added = ids.map((id) => c.expect('XADD', key, id, 'f', id).bulk(id));
  await Promise.all(added);
}

/** The entry that `add` makes with this ID, as XRANGE answers it. */
export function entry(id: string): [string, [string, string]] {
  return [id, ['f', id]];
}

/** Adds `count` entries with the IDs `1-0`, `2-0`, … */
export async function fill(c: Client, key: string, count: number, value = 'v'): Promise<void> {
  const replies: Promise<Decoded>[] = [];
  for (let i = 1; i <= count; i++) replies.push(c.send('XADD', key, `${i}-0`, 'f', value));
  expect((await Promise.all(replies)).at(-1)).toBe(`${count}-0`);
}

/** A stream `x` with the entries 1-0 to `count`-0 and the group `g` before them all. */
export async function prepared(count = 3): Promise<Client> {
  const c = await client();
  await add(c, 'x', ...Array.from({ length: count }, (_, i) => `${i + 1}-0`));
  await c.expect('XGROUP', 'CREATE', 'x', 'g', '0').ok();
  return c;
}

/** Lets a consumer of `g` read new entries, and expects these. */
export async function read(c: Client, consumer: string, ...ids: string[]): Promise<void> {
  await c.expect('XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', ids.length, 'STREAMS', 'x', '>').array([['x', ids.map(entry)]]);
}

/** ID, consumer and delivery count of each pending entry. */
export async function pending(c: Client, ...consumer: string[]): Promise<Decoded[][]> {
  const replies = items(await c.send('XPENDING', 'x', 'g', '-', '+', '100000', ...consumer)).map(items);
  return replies.map(([id, owner, , count]) => [id!, owner!, count!]);
}

/** A field of XINFO GROUPS for the group `g`. */
export async function groupField(c: Client, field: string): Promise<Decoded> {
  const flat = items(items(await c.send('XINFO', 'GROUPS', 'x')).find((group) => items(group)[1] === 'g')!);
  return flat[flat.indexOf(field) + 1]!;
}

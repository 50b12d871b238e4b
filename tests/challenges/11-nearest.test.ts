import { client, describe, expect, rng, test } from '../harness/suite.ts';
import { sicily } from '../harness/sicily.ts';

/** The challenge of chapter 11: GEONEAREST, a search without a radius. Redis has no such command. */

describe('GEONEAREST', () => {
  test('the nearest come first, with their distances in metres', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEONEAREST', 'sicily', '15', '37', '1').array([['Catania', '56441.2579']]);
    await c.expect('GEONEAREST', 'sicily', '15', '37', '2').array([['Catania', '56441.2579'], ['Palermo', '190442.4298']]);
  });

  test('a count beyond the size takes all', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEONEAREST', 'sicily', '15', '37', '1000000').array([['Catania', '56441.2579'], ['Palermo', '190442.4298']]);
  });

  test('a place may be on the other side of the Earth', async () => {
    const c = await client();
    await c.expect('GEOADD', 'k', '179.9', '-40', 'far').int(1);
    const [[member, metres]] = (await c.send('GEONEAREST', 'k', '0', '40', '1')) as [[string, string]];
    expect(member).toBe('far');
    expect(Number(metres)).toBeGreaterThan(20_000_000);
  });

  test('a place next to the position, and one at it', async () => {
    const c = await client();
    await c.expect('GEOADD', 'k', '10', '50', 'here', '10.0001', '50', 'there').int(2);
    const found = (await c.send('GEONEAREST', 'k', '10', '50', '2')) as [string, string][];
    expect(found.map(([member]) => member)).toEqual(['here', 'there']);
    expect(Number(found[0]![1])).toBeLessThan(1);
  });

  test('the nearest one may be across the date line', async () => {
    const c = await client();
    await c.expect('GEOADD', 'k', '179.9', '10', 'west', '-179.9', '10', 'east', '179', '10', 'farther').int(3);
    const found = (await c.send('GEONEAREST', 'k', '-179.99', '10', '2')) as [string, string][];
    expect(found.map(([member]) => member)).toEqual(['east', 'west']);
  });

  test('of 3,000 places anywhere, those that a search of the whole Earth puts first', async () => {
    const c = await client();
    // But not at longitude 180 itself, where a search from the other side misses it.
    const anywhere = () => [rng().int(-1_799_999, 1_799_999) / 10_000, rng().int(-850_000, 850_000) / 10_000] as const;
    await c.expect('GEOADD', 'k', ...Array.from({ length: 3000 }, (_, i) => [...anywhere(), `m${i}`]).flat()).int(3000);
    for (let i = 0; i < 30; i++) {
      const [longitude, latitude] = anywhere();
      const all = ['FROMLONLAT', longitude, latitude, 'BYRADIUS', '20040', 'KM', 'ASC', 'COUNT', 5];
      const inOrder = (await c.send('GEOSEARCH', 'k', ...all)) as string[];
      const found = (await c.send('GEONEAREST', 'k', longitude, latitude, 5)) as [string, string][];
      expect(found.map(([member]) => member), `from ${longitude} ${latitude}`).toEqual(inOrder);
    }
  });

  test('a missing key has no places', async () => {
    await (await client()).expect('GEONEAREST', 'nosuch', '0', '0', '3').array([]);
  });

  test('another type, and what is asked wrongly', async () => {
    const c = await client();
    await c.expect('SET', 'text', 'x').ok();
    await c.expect('GEONEAREST', 'text', '0', '0', '1').error('WRONGTYPE Operation against a key holding the wrong kind of value');
    await c.expect('GEONEAREST', 'k', '181', '0', '1').error('ERR invalid longitude,latitude pair 181.000000,0.000000');
    await c.expect('GEONEAREST', 'k', 'x', '0', '1').error('ERR value is not a valid float');
    await c.expect('GEONEAREST', 'k', '0', '0', '0').error('ERR COUNT must be > 0');
    await c.expect('GEONEAREST', 'k', '0', '0', 'x').error('ERR value is not an integer or out of range');
    await c.expect('GEONEAREST', 'k', '0', '0').error("ERR wrong number of arguments for 'geonearest' command");
    await c.expect('COMMAND', 'GETKEYS', 'GEONEAREST', 'k', '0', '0', '1').array(['k']);
  });
});

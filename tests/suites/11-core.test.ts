import { client, clientResp3, double, expect, ioredis, items, nilArray, rng, step, test, type Decoded } from '../harness/suite.ts';
import { sicily } from '../harness/sicily.ts';

const SYNTAX = 'ERR syntax error';

step(1, 'a map with columns and rows', () => {
  test('GEOADD moves a place that is there', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOADD', 'sicily', '14', '37', 'Palermo', '15', '38', 'Messina').int(1);
    await c.expect('ZCARD', 'sicily').int(3);
    await c.expect('GEOADD', 'sicily', 'CH', '14.5', '37', 'Palermo', '15', '38', 'Messina').int(1);
  });

  test('GEOADD takes NX and XX', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', 'XX', '1', '1', 'a').int(0);
    await c.expect('EXISTS', 'g').int(0);
    await c.expect('GEOADD', 'g', 'nx', 'ch', '1', '1', 'a').int(1);
    await c.expect('GEOADD', 'g', 'NX', '2', '2', 'a').int(0);
    await c.expect('GEOADD', 'g', 'XX', 'CH', '2', '2', 'a').int(1);
    await c.expect('GEOADD', 'g', 'NX', 'XX', '2', '2', 'a').error(SYNTAX);
  });

  test('a place that is not on the map is refused', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '181', '0', 'a').error('ERR invalid longitude,latitude pair 181.000000,0.000000');
    await c.expect('GEOADD', 'g', '1', '1', 'a', '0', '86', 'b').error('ERR invalid longitude,latitude pair 0.000000,86.000000');
    await c.expect('GEOADD', 'g', '0', '1e30', 'a').errorLike(/^ERR invalid longitude,latitude pair 0\.000000,10{2,}/);
    await c.expect('GEOADD', 'g', '-inf', '1', 'a').error('ERR invalid longitude,latitude pair -inf,1.000000');
    await c.expect('EXISTS', 'g').int(0);
  });

  test('GEOPOS answers nil for a place that is not there', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOPOS', 'sicily', 'Rome').array([nilArray]);
    await c.expect('GEOPOS', 'nowhere', 'a', 'b').array([nilArray, nilArray]);
    await c.expect('GEOPOS', 'sicily').array([]);
  });
});

step(2, 'one number for both', () => {
  test('a place is a member of a sorted set, and its score is its geohash', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('TYPE', 'sicily').status('zset');
    await c.expect('ZRANGE', 'sicily', '0', '-1', 'WITHSCORES').array(['Palermo', '3479099956230698', 'Catania', '3479447370796909']);
  });

  test('GEOPOS gives the middle of the cell', async () => {
    const c = await client();
    await sicily(c);
    await c
      .expect('GEOPOS', 'sicily', 'Palermo', 'Catania')
      .array([
        ['13.36138933897018433', '38.11555639549629859'],
        ['15.08726745843887329', '37.50266842333162032'],
      ]);
  });

  test('the edges of the map have scores, too', async () => {
    const c = await client();
    const places = ['180', '85.05112878', 'ne', '-180', '-85.05112878', 'sw', '0', '0', 'middle', '180', '0', 'e', '-180', '0', 'w'];
    await c.expect('GEOADD', 'g', ...places).int(5);
    await c.expect('ZSCORE', 'g', 'sw').bulk('0');
    await c.expect('ZSCORE', 'g', 'middle').bulk('3377699720527872');
    await c.expect('GEOPOS', 'g', 'ne', 'e', 'sw').array([
      ['180', '85.0511287799999991'],
      ['180', '0.00000126736058093'],
      ['-179.99999731779098511', '-85.05112751263942528'],
    ]);
  });

  test('in RESP3 GEOPOS answers doubles', async () => {
    const c = await clientResp3();
    await sicily(c);
    await c.expect('GEOPOS', 'sicily', 'Palermo', 'x').array([[double('13.36138933897018433'), double('38.11555639549629859')], null]);
  });

  test('GEOHASH writes places as other programs do', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOHASH', 'sicily', 'Palermo', 'Rome', 'Catania').array(['sqc8b49rny0', null, 'sqdtr74hyu0']);
    await c.expect('GEOHASH', 'nowhere', 'a').array([null]);
  });
});

step(3, 'nine cells around a circle', () => {
  test('GEODIST answers the distance along the surface, in four units', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania').bulk('166274.1516');
    await c.expect('GEODIST', 'sicily', 'Catania', 'Palermo', 'M').bulk('166274.1516');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'km').bulk('166.2742');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'MI').bulk('103.3182');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'ft').bulk('545518.8700');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Palermo').bulk('0.0000');
  });

  test('GEODIST answers nil when a place is not there', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Rome').nil();
    await c.expect('GEODIST', 'nowhere', 'a', 'b').nil();
  });

  test('GEOSEARCH finds the places in a circle', async () => {
    const c = await client();
    await sicily(c);
    const near = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS'];
    await c.expect(...near, '100', 'km').array(['Catania']);
    await c.expect(...near, '200', 'km', 'ASC').array(['Catania', 'Palermo']);
    await c.expect(...near, '200', 'km', 'DESC').array(['Palermo', 'Catania']);
    await c.expect(...near, '10', 'km').array([]);
  });

  test('a place is found from itself, also at a radius of 0', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOSEARCH', 'sicily', 'FROMMEMBER', 'Palermo', 'BYRADIUS', '0', 'm').array(['Palermo']);
    await c.expect('GEOSEARCH', 'sicily', 'FROMMEMBER', 'Palermo', 'BYRADIUS', '200', 'km', 'ASC').array(['Palermo', 'Catania']);
  });

  test('a key that is not there has no places', async () => {
    const c = await client();
    await c.expect('GEOSEARCH', 'none', 'FROMLONLAT', '1', '1', 'BYRADIUS', '1', 'km').array([]);
    await c.expect('GEOSEARCH', 'none', 'FROMMEMBER', 'x', 'BYRADIUS', '1', 'km').array([]);
  });

  test('a search goes across the date line', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '179.9', '0', 'east', '-179.9', '0', 'west', '170', '0', 'far').int(3);
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '179.95', '0', 'BYRADIUS', '50', 'km', 'ASC').array(['east', 'west']);
  });

  test('a search near a pole, and one of half the globe', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '0', '85', 'a', '90', '85', 'b', '170', '85', 'c', '-90', '85', 'd', '0', '-85', 'south').int(5);
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '0', '85', 'BYRADIUS', '800', 'km', 'ASC').matches((reply) => texts(reply)[0] === 'a', 'a first');
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '0', '0', 'BYRADIUS', '20100', 'km').matches((reply) => items(reply).length === 5, 'all five');
  });

  test('every place within a radius is found, and no other', async () => {
    const c = await client();
    const random = rng();
    // A place at longitude 180 itself is missed by a search from the other side, on real Redis as well.
    const places = Array.from({ length: 1000 }, (_, i) => ({
      name: `p${i}`,
      longitude: random.int(1, 3599) / 10 - 180,
      latitude: random.int(0, 1700) / 10 - 85,
    }));
    await c.expect('GEOADD', 'g', ...places.flatMap(({ longitude, latitude, name }) => [longitude, latitude, name])).int(1000);
    for (const radius of [1000, 5000]) {
      const center = random.pick(places).name;
      const near: string[] = [];
      for (const { name } of places) {
        const distance = Number(await c.send('GEODIST', 'g', center, name, 'km'));
        if (distance <= radius) near.push(name);
      }
      await c.expect('GEOSEARCH', 'g', 'FROMMEMBER', center, 'BYRADIUS', radius, 'km').anyOrder(near);
    }
  });
});

step(4, 'boxes, and the nearest ones', () => {
  test('GEOSEARCH finds the places in a box', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOADD', 'sicily', '12.758489', '38.788135', 'edge1', '17.241510', '38.788135', 'edge2').int(2);
    const box = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYBOX'];
    await c.expect(...box, '400', '400', 'km', 'ASC').array(['Catania', 'Palermo', 'edge2', 'edge1']);
    await c.expect(...box, '300', '400', 'km', 'ASC').array(['Catania', 'Palermo']);
    await c.expect(...box, '400', '200', 'km', 'ASC').array(['Catania']);
    await c.expect('GEOADD', 'g', '179.9', '0', 'east', '-179.9', '0', 'west').int(2);
    await c.expect('GEOSEARCH', 'g', 'FROMMEMBER', 'west', 'BYBOX', '100', '10', 'km', 'ASC').array(['west', 'east']);
  });

  test('WITHDIST, WITHHASH and WITHCOORD add to each place, in this order', async () => {
    const c = await client();
    await sicily(c);
    const near = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS', '100', 'km'];
    await c.expect(...near, 'WITHDIST').array([['Catania', '56.4413']]);
    await c.expect(...near, 'WITHHASH').array([['Catania', 3479447370796909]]);
    await c
      .expect(...near, 'WITHCOORD', 'WITHHASH', 'WITHDIST')
      .array([['Catania', '56.4413', 3479447370796909, ['15.08726745843887329', '37.50266842333162032']]]);
  });

  test('COUNT takes the nearest, and with ANY the first that are found', async () => {
    const c = await client();
    const places = Array.from({ length: 100 }, (_, i) => [i / 1000, i / 1000, `p${i}`]).flat();
    await c.expect('GEOADD', 'g', ...places).int(100);
    const near = ['GEOSEARCH', 'g', 'FROMMEMBER', 'p50', 'BYRADIUS', '500', 'km'];
    await c.expect(...near, 'COUNT', '1').array(['p50']);
    await c.expect(...near, 'COUNT', '3').matches((reply) => texts(reply).sort().join(' ') === 'p49 p50 p51', 'p50 and its neighbours');
    await c.expect(...near, 'COUNT', '2', 'DESC').matches((reply) => texts(reply)[0] === 'p99' || texts(reply)[0] === 'p0', 'the farthest first');
    await c.expect(...near, 'COUNT', '7', 'ANY').matches((reply) => new Set(texts(reply)).size === 7, 'seven different places');
    await c.expect(...near, 'COUNT', '1000').matches((reply) => items(reply).length === 100, 'all places');
  });

  test('GEOSEARCHSTORE stores places with their geohashes', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('SET', 'near', 'a string').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS', '100', 'km').int(1);
    await c.expect('ZRANGE', 'near', '0', '-1', 'WITHSCORES').array(['Catania', '3479447370796909']);
  });

  test('GEOSEARCHSTORE that finds nothing removes the key', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('SET', 'near', 'x').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'km').int(0);
    await c.expect('EXISTS', 'near').int(0);
    await c.expect('SET', 'near', 'x').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'none', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'km').int(0);
    await c.expect('EXISTS', 'near').int(0);
  });

  test('GEORADIUS and GEORADIUSBYMEMBER search a circle', async () => {
    const c = await client();
    await sicily(c);
    for (const suffix of ['', '_RO']) {
      await c.expect(`GEORADIUS${suffix}`, 'sicily', '15', '37', '200', 'km', 'WITHDIST', 'DESC').array([
        ['Palermo', '190.4424'],
        ['Catania', '56.4413'],
      ]);
      await c.expect(`GEORADIUSBYMEMBER${suffix}`, 'sicily', 'Palermo', '200', 'km', 'COUNT', '1').array(['Palermo']);
    }
  });

  test('ioredis finds what is near', async () => {
    const redis = await ioredis();
    await redis.geoadd('sicily', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania');
    expect(await redis.geosearch('sicily', 'FROMLONLAT', 15, 37, 'BYRADIUS', 200, 'km', 'ASC')).toEqual(['Catania', 'Palermo']);
  });
});

function texts(reply: Decoded): string[] {
  return items(reply).map(String);
}

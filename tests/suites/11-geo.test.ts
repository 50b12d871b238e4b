import { client, clientResp3, contents, describe, double, expect, ioredis, items, logged, nilArray, rng, server, test } from '../harness/suite.ts';
import { type Client, type Decoded } from '../harness/suite.ts';
import { isPing, streamedFor, syncedReplica } from '../harness/replication.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_A_FLOAT = 'ERR value is not a valid float';
const UNIT = 'ERR unsupported unit provided. please use M, KM, FT, MI';
const NO_MEMBER = 'ERR could not decode requested zset member';

/** Two towns of Sicily. */
async function sicily(c: Client, key = 'sicily'): Promise<void> {
  await c.expect('GEOADD', key, '13.361389', '38.115556', 'Palermo', '15.087269', '37.502669', 'Catania').int(2);
}

describe('GEOADD, GEOPOS', () => {
  test('a place is a member, whose score is its geohash', async () => {
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

  test('GEOPOS of what is not there', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOPOS', 'sicily', 'Rome').array([nilArray]);
    await c.expect('GEOPOS', 'nowhere', 'a', 'b').array([nilArray, nilArray]);
    await c.expect('GEOPOS', 'sicily').array([]);
  });

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

  test('the edges of the map', async () => {
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

  test('a place that is not on the map', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '181', '0', 'a').error('ERR invalid longitude,latitude pair 181.000000,0.000000');
    await c.expect('GEOADD', 'g', '1', '1', 'a', '0', '86', 'b').error('ERR invalid longitude,latitude pair 0.000000,86.000000');
    await c.expect('GEOADD', 'g', '0', '1e30', 'a').errorLike(/^ERR invalid longitude,latitude pair 0\.000000,10{2,}/);
    await c.expect('GEOADD', 'g', '-inf', '1', 'a').error('ERR invalid longitude,latitude pair -inf,1.000000');
    await c.expect('EXISTS', 'g').int(0);
  });

  test('wrong arguments', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '1', 'north', 'a').error(NOT_A_FLOAT);
    await c.expect('GEOADD', 'g', '1', '1', 'a', '2').error(SYNTAX);
    await c.expect('GEOADD', 'g', '1', '1').errorLike(/^ERR wrong number of arguments/);
    await c.expect('SET', 's', 'x').ok();
    await c.expect('GEOADD', 's', '1', '1', 'a').error(WRONGTYPE);
    await c.expect('GEOADD', 's', '1', 'x', 'a').error(NOT_A_FLOAT);
    for (const name of ['GEOPOS', 'GEOHASH']) await c.expect(name, 's', 'a').error(WRONGTYPE);
  });

  test('RESP3 gives doubles', async () => {
    const c = await clientResp3();
    await sicily(c);
    await c.expect('GEOPOS', 'sicily', 'Palermo', 'x').array([[double('13.36138933897018433'), double('38.11555639549629859')], null]);
  });
});

describe('GEODIST, GEOHASH', () => {
  test('the distance along the surface, in four units', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania').bulk('166274.1516');
    await c.expect('GEODIST', 'sicily', 'Catania', 'Palermo', 'M').bulk('166274.1516');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'km').bulk('166.2742');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'MI').bulk('103.3182');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'ft').bulk('545518.8700');
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Palermo').bulk('0.0000');
  });

  test('of what is not there it is nil', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Rome').nil();
    await c.expect('GEODIST', 'nowhere', 'a', 'b').nil();
  });

  test('wrong arguments', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'parsec').error(UNIT);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'km', 'x').error(SYNTAX);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'parsec', 'x').error(SYNTAX);
    await c.expect('SET', 's', 'x').ok();
    await c.expect('GEODIST', 's', 'a', 'b').error(WRONGTYPE);
  });

  test('GEOHASH writes places as other programs do', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOHASH', 'sicily', 'Palermo', 'Rome', 'Catania').array(['sqc8b49rny0', null, 'sqdtr74hyu0']);
    await c.expect('GEOHASH', 'nowhere', 'a').array([null]);
  });
});

describe('GEOSEARCH', () => {
  test('the places in a circle, the nearest first', async () => {
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

  test('the places in a box', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOADD', 'sicily', '12.758489', '38.788135', 'edge1', '17.241510', '38.788135', 'edge2').int(2);
    const box = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYBOX'];
    await c.expect(...box, '400', '400', 'km', 'ASC').array(['Catania', 'Palermo', 'edge2', 'edge1']);
    await c.expect(...box, '300', '400', 'km', 'ASC').array(['Catania', 'Palermo']);
    await c.expect(...box, '400', '200', 'km', 'ASC').array(['Catania']);
  });

  test('with distances, geohashes and positions, in this order', async () => {
    const c = await client();
    await sicily(c);
    const near = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS', '100', 'km'];
    await c.expect(...near, 'WITHDIST').array([['Catania', '56.4413']]);
    await c.expect(...near, 'WITHHASH').array([['Catania', 3479447370796909]]);
    await c
      .expect(...near, 'WITHCOORD', 'WITHHASH', 'WITHDIST')
      .array([['Catania', '56.4413', 3479447370796909, ['15.08726745843887329', '37.50266842333162032']]]);
  });

  test('WITHHASH is an integer, also where the score is a distance that was stored', async () => {
    const c = await client();
    await c.expect('ZADD', 'distances', '0.5', 'near', '1056.811775941', 'far').int(2);
    const all = ['GEOSEARCH', 'distances', 'FROMMEMBER', 'near', 'BYRADIUS', '1', 'km', 'ASC'];
    await c.expect(...all, 'WITHHASH').array([['near', 0], ['far', 1056]]);
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

  test('across the date line', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '179.9', '0', 'east', '-179.9', '0', 'west', '170', '0', 'far').int(3);
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '179.95', '0', 'BYRADIUS', '50', 'km', 'ASC').array(['east', 'west']);
    await c.expect('GEOSEARCH', 'g', 'FROMMEMBER', 'west', 'BYBOX', '100', '10', 'km', 'ASC').array(['west', 'east']);
  });

  test('near a pole, and half the globe', async () => {
    const c = await client();
    await c.expect('GEOADD', 'g', '0', '85', 'a', '90', '85', 'b', '170', '85', 'c', '-90', '85', 'd', '0', '-85', 'south').int(5);
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '0', '85', 'BYRADIUS', '800', 'km', 'ASC').matches((reply) => texts(reply)[0] === 'a', 'a first');
    await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', '0', '0', 'BYRADIUS', '20100', 'km').matches((reply) => items(reply).length === 5, 'all five');
  });

  test('every place within a radius is found, and no other', async () => {
    const c = await client();
    const random = rng();
    const places = Array.from({ length: 1000 }, (_, i) => ({
      name: `p${i}`,
      longitude: random.int(0, 3600) / 10 - 180,
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

  test('a key that is not there has no places', async () => {
    const c = await client();
    await c.expect('GEOSEARCH', 'none', 'FROMLONLAT', '1', '1', 'BYRADIUS', '1', 'km').array([]);
    await c.expect('GEOSEARCH', 'none', 'FROMMEMBER', 'x', 'BYRADIUS', '1', 'km').array([]);
  });

  test('wrong options', async () => {
    const c = await client();
    await sicily(c);
    const geosearch = (...options: string[]) => c.expect('GEOSEARCH', 'sicily', ...options);
    const from = ['FROMLONLAT', '15', '37'];
    const by = ['BYRADIUS', '1', 'km'];
    await geosearch('FROMMEMBER', 'Rome', ...by).error(NO_MEMBER);
    await geosearch(...from, 'ASC', 'ASC').error('ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH');
    await geosearch(...by, 'ASC', 'ASC').error('ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH');
    await geosearch(...from, 'FROMMEMBER', 'Palermo', ...by).error(SYNTAX);
    await geosearch(...from, ...by, 'BYBOX', '1', '1', 'km').error(SYNTAX);
    await geosearch(...from, 'BYRADIUS', 'x', 'km').error('ERR need numeric radius');
    await geosearch(...from, 'BYRADIUS', '-1', 'km').error('ERR radius cannot be negative');
    await geosearch(...from, 'BYRADIUS', '1', 'parsec').error(UNIT);
    await geosearch(...from, 'BYBOX', 'x', '1', 'km').error('ERR need numeric width');
    await geosearch(...from, 'BYBOX', '1', 'x', 'km').error('ERR need numeric height');
    await geosearch(...from, 'BYBOX', '-1', '1', 'km').error('ERR height or width cannot be negative');
    await geosearch(...from, ...by, 'COUNT', '0').error('ERR COUNT must be > 0');
    await geosearch(...from, ...by, 'COUNT', 'x').error('ERR value is not an integer or out of range');
    await geosearch(...from, ...by, 'ANY').error('ERR the ANY argument requires COUNT argument');
    await geosearch(...from, ...by, 'STORE', 'x').error(SYNTAX);
    await geosearch(...from, ...by, 'STOREDIST').error(SYNTAX);
    await geosearch('FROMLONLAT', '200', '37', ...by).error('ERR invalid longitude,latitude pair 200.000000,37.000000');
    await c.expect('SET', 's', 'x').ok();
    await c.expect('GEOSEARCH', 's', ...from, 'nonsense', 'nonsense', 'nonsense').error(WRONGTYPE);
  });
});

describe('GEOSEARCHSTORE', () => {
  test('stores places with their geohashes', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('SET', 'near', 'a string').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS', '100', 'km').int(1);
    await c.expect('ZRANGE', 'near', '0', '-1', 'WITHSCORES').array(['Catania', '3479447370796909']);
  });

  test('with STOREDIST it stores distances, in the unit of the search', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '15', '37', 'BYBOX', '400', '400', 'km', 'STOREDIST').int(2);
    await c.expect('ZRANGE', 'near', '0', '-1').array(['Catania', 'Palermo']);
    await c.expect('ZSCORE', 'near', 'Catania').matches((score) => Math.abs(Number(score) - 56.4412578701582) < 1e-9, 'about 56.44125787');
  });

  test('what finds nothing removes the key', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('SET', 'near', 'x').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'km').int(0);
    await c.expect('EXISTS', 'near').int(0);
    await c.expect('SET', 'near', 'x').ok();
    await c.expect('GEOSEARCHSTORE', 'near', 'none', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'km').int(0);
    await c.expect('EXISTS', 'near').int(0);
  });

  test('takes no WITH…', async () => {
    const c = await client();
    const error = 'ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options';
    for (const option of ['WITHDIST', 'WITHHASH', 'WITHCOORD']) {
      await c.expect('GEOSEARCHSTORE', 'd', 's', 'FROMLONLAT', '0', '0', 'BYRADIUS', '1', 'km', option).error(error);
    }
  });
});

describe('GEORADIUS and its family', () => {
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

  test('STORE and STOREDIST', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEORADIUS', 'sicily', '15', '37', '200', 'km', 'STORE', 'near').int(2);
    await c.expect('ZSCORE', 'near', 'Catania').bulk('3479447370796909');
    await c.expect('GEORADIUSBYMEMBER', 'sicily', 'Palermo', '200', 'km', 'STOREDIST', 'near', 'COUNT', '1').int(1);
    await c.expect('ZRANGE', 'near', '0', '-1', 'WITHSCORES').array(['Palermo', '0']);
    await c.expect('GEORADIUS', 'none', '15', '37', '200', 'km', 'STORE', 'near').int(0);
    await c.expect('EXISTS', 'near').int(0);
  });

  test('wrong options', async () => {
    const c = await client();
    await sicily(c);
    const error = 'ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options';
    await c.expect('GEORADIUS', 'sicily', '15', '37', '200', 'km', 'STORE', 'near', 'WITHDIST').error(error);
    await c.expect('GEORADIUS_RO', 'sicily', '15', '37', '200', 'km', 'STORE', 'near').error(SYNTAX);
    await c.expect('GEORADIUSBYMEMBER_RO', 'sicily', 'Palermo', '200', 'km', 'STOREDIST', 'near').error(SYNTAX);
    await c.expect('GEORADIUS', 'sicily', '15', '37', '200', 'km', 'FROMMEMBER', 'x').error(SYNTAX);
    await c.expect('GEORADIUSBYMEMBER', 'sicily', 'Rome', '200', 'km').error(NO_MEMBER);
    await c.expect('GEORADIUSBYMEMBER', 'none', 'Rome', 'x', 'parsec').array([]);
    await c.expect('GEORADIUS', 'none', '15', '37', 'x', 'km').error('ERR need numeric radius');
  });

  test('COMMAND GETKEYS finds the keys of STORE', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'GEORADIUS', 'k', '1', '1', '1', 'km', 'STORE', 'd').array(['k', 'd']);
    await c.expect('COMMAND', 'GETKEYS', 'GEORADIUSBYMEMBER', 'k', 'm', '1', 'km', 'STOREDIST', 'd').array(['k', 'd']);
    await c.expect('COMMAND', 'GETKEYS', 'GEOSEARCHSTORE', 'd', 'k', 'FROMMEMBER', 'm', 'BYRADIUS', '1', 'km').array(['d', 'k']);
  });
});

describe('together with everything else', () => {
  test('to replicas, GEOADD is the ZADD that it is', async () => {
    const replica = await syncedReplica();
    const streamed = await streamedFor(
      replica,
      'GEOADD g NX 13.361389 38.115556 Palermo',
      'GEOADD g XX CH 13.361389 38.115556 Palermo',
      'GEOSEARCHSTORE d g FROMLONLAT 13 38 BYRADIUS 100 km',
      'GEORADIUS g 13 38 100 km STORE e',
      'GEORADIUS g 13 38 100 km',
    );
    expect(streamed.filter((line) => !isPing(line))).toEqual([
      'zadd g NX 3479099956230698 Palermo',
      'GEOSEARCHSTORE d g FROMLONLAT 13 38 BYRADIUS 100 km',
      'GEORADIUS g 13 38 100 km STORE e',
    ]);
  });

  test('the log, and a restart', async () => {
    const s = await server('--save', '', '--appendonly', 'yes');
    const c = await s.client();
    await sicily(c);
    const before = await contents(c, [0]);
    expect(logged(s).some((request) => request[0]!.toLowerCase() === 'zadd')).toBe(true);
    await s.restart();
    const after = await s.client();
    expect(await contents(after, [0])).toEqual(before);
    await after.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'km').bulk('166.2742');
  });

  test('in a transaction, and seen by WATCH', async () => {
    const [c, other] = [await client(), await client()];
    await c.expect('WATCH', 'sicily').ok();
    await sicily(other);
    await c.expect('MULTI').ok();
    await c.expect('GEOPOS', 'sicily', 'Palermo').status('QUEUED');
    await c.expect('EXEC').nilArray();
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

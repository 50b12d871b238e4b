import { client, contents, describe, expect, logged, server, test } from '../harness/suite.ts';
import { sicily } from '../harness/sicily.ts';
import { isPing, streamedFor, syncedReplica } from '../harness/replication.ts';

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = 'ERR syntax error';
const NOT_A_FLOAT = 'ERR value is not a valid float';
const UNIT = 'ERR unsupported unit provided. please use M, KM, FT, MI';
const NO_MEMBER = 'ERR could not decode requested zset member';

describe('GEOADD, GEOPOS', () => {
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
});

describe('GEODIST, GEOHASH', () => {
  test('wrong arguments', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'parsec').error(UNIT);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'km', 'x').error(SYNTAX);
    await c.expect('GEODIST', 'sicily', 'Palermo', 'Catania', 'parsec', 'x').error(SYNTAX);
    await c.expect('SET', 's', 'x').ok();
    await c.expect('GEODIST', 's', 'a', 'b').error(WRONGTYPE);
  });
});

describe('GEOSEARCH', () => {
  test('ANY with an order: the search ends with the first that is found, though another is nearer', async () => {
    const c = await client();
    await sicily(c);
    const near = ['GEOSEARCH', 'sicily', 'FROMLONLAT', '15', '37', 'BYRADIUS', '300', 'km', 'ASC', 'COUNT', '1'] as const;
    await c.expect(...near, 'ANY').array(['Palermo']);
    await c.expect(...near).array(['Catania']);
  });

  test('without ASC or DESC: cell by cell, the one of the center first, and by score in each', async () => {
    const c = await client();
    const longitudes = Array.from({ length: 18 }, (_, n) => n * 20 - 170);
    // A little askew, so that no place is on the edge of a cell.
    const places = [-84, -60, -35, -10, 10, 35, 60, 84].flatMap((lat) => longitudes.map((lon) => [lon + lat / 50, lat] as const));
    await c.expect('GEOADD', 'world', ...places.flatMap(([lon, lat]) => [lon, lat, `${Math.round(lon)},${lat}`])).int(places.length);
    const from = (lon: number, lat: number, ...by: (string | number)[]) => c.expect('GEOSEARCH', 'world', 'FROMLONLAT', lon, lat, ...by, 'km');
    const inCircle = (lon: number, lat: number, radius: number) => from(lon, lat, 'BYRADIUS', radius);
    const inBox = (lon: number, lat: number, width: number, height: number) => from(lon, lat, 'BYBOX', width, height);
    await inCircle(-150, -10, 2500).array(['-170,-10', '-150,-10', '-130,-10', '-150,10']);
    await inCircle(130, 50, 2000).array(['111,60', '131,60', '131,35', '151,60']);
    await inCircle(40, -50, 2000).array(['29,-60', '29,-35', '49,-60', '49,-35']);
    await inCircle(-50, 80, 1000).array(['-88,84', '-68,84', '-48,84', '-28,84', '-8,84', '12,84', '-108,84']);
    await inBox(-10, -60, 500, 8000).array(['-12,-84', '-11,-60', '-11,-35', '8,-84']);
    const south = ['-51,-35', '-31,-35', '-11,-35', '-71,-60', '-51,-60', '-31,-60', '-11,-60', '9,-60', '29,-60', '-91,-60'];
    await inBox(-30, -40, 7000, 6000).array(south);
    const north = ['-90,10', '-70,10', '-50,10', '-89,35', '-69,35', '-49,35', '-30,10', '-29,35', '-90,-10', '-70,-10', '-50,-10', '-30,-10'];
    await inBox(-60, 20, 8500, 7000).array(north);
  });

  test('WITHHASH is an integer, also where the score is a distance that was stored', async () => {
    const c = await client();
    await c.expect('ZADD', 'distances', '0.5', 'near', '1056.811775941', 'far').int(2);
    const all = ['GEOSEARCH', 'distances', 'FROMMEMBER', 'near', 'BYRADIUS', '1', 'km', 'ASC'];
    await c.expect(...all, 'WITHHASH').array([['near', 0], ['far', 1056]]);
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
  test('with STOREDIST it stores distances, in the unit of the search', async () => {
    const c = await client();
    await sicily(c);
    await c.expect('GEOSEARCHSTORE', 'near', 'sicily', 'FROMLONLAT', '15', '37', 'BYBOX', '400', '400', 'km', 'STOREDIST').int(2);
    await c.expect('ZRANGE', 'near', '0', '-1').array(['Catania', 'Palermo']);
    await c.expect('ZSCORE', 'near', 'Catania').matches((score) => Math.abs(Number(score) - 56.4412578701582) < 1e-9, 'about 56.44125787');
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

  test('a wide circle reaches over more degrees on the side of the pole', async () => {
    const c = await client();
    for (const [center, km, place] of [
      [['23', '31'], '2402', ['46.6', '38.1']],
      [['18', '-60'], '2053', ['48.1', '-59.4']],
    ] as const) {
      await c.expect('DEL', 'g').success();
      await c.expect('GEOADD', 'g', ...place, 'far').int(1);
      await c.expect('GEOSEARCH', 'g', 'FROMLONLAT', ...center, 'BYRADIUS', km, 'km').array(['far']);
    }
  });

  test('COMMAND GETKEYS finds the key of each command, and those of STORE', async () => {
    const c = await client();
    await c.expect('COMMAND', 'GETKEYS', 'GEORADIUS', 'k', '1', '1', '1', 'km', 'STORE', 'd').array(['k', 'd']);
    await c.expect('COMMAND', 'GETKEYS', 'GEORADIUSBYMEMBER', 'k', 'm', '1', 'km', 'STOREDIST', 'd').array(['k', 'd']);
    await c.expect('COMMAND', 'GETKEYS', 'GEOSEARCHSTORE', 'd', 'k', 'FROMMEMBER', 'm', 'BYRADIUS', '1', 'km').array(['d', 'k']);
    for (const [name, ...rest] of [
      ['GEOADD', '1', '1', 'm'],
      ['GEOPOS', 'm'],
      ['GEOHASH', 'm'],
      ['GEODIST', 'm', 'n'],
      ['GEOSEARCH', 'FROMMEMBER', 'm', 'BYRADIUS', '1', 'km'],
      ['GEORADIUS_RO', '1', '1', '1', 'km'],
      ['GEORADIUSBYMEMBER_RO', 'm', '1', 'km'],
    ]) await c.expect('COMMAND', 'GETKEYS', name!, 'k', ...rest).array(['k']);
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
});

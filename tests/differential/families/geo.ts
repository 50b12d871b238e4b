import type { Arguments, Command } from '../arguments.ts';
import type { Family } from '../family.ts';

const PLACES = ['palermo', 'catania', 'rome', 'home', 'pole', 'a', 'b', '', '1'];
/** Close together, far apart, at the edge of the map, and across the line where the date changes. */
const POSITIONS = [
  [13.361389, 38.115556], [15.087269, 37.502669], [12.4964, 41.9028], [13.36139, 38.11555], [0, 0], [179.99, 10], [-179.99, 10],
  [179.99, 85.05], [-179.99, -85.05], [2.3522, 48.8566], [-73.9857, 40.7484], [151.2093, -33.8688],
] as const;
const WRONG_POSITIONS = [['181', '0'], ['0', '86'], ['x', '1'], ['1', ''], ['nan', '0']] as const;
const NUMBERS = ['0', '1', '10', '100', '200.5', '3000', '12000', '20000', '-1', 'x', ''];

const place = (a: Arguments) => a.pick(PLACES);

/** One of the positions, moved a little, at random: Redis promises no order for places at the same distance. */
function position(a: Arguments): readonly string[] {
  if (a.rng.chance(0.04)) return a.pick(WRONG_POSITIONS);
  return a.pick(POSITIONS).map((degrees) => String(degrees + a.rng.int(-90_000, 90_000) / 1e8));
}

const unit = (a: Arguments) => (a.rng.chance(0.96) ? a.pick(['m', 'km', 'ft', 'mi', 'KM']) : a.pick(['yd', '']));
const center = (a: Arguments) => (a.rng.chance(0.5) ? ['FROMMEMBER', place(a)] : ['FROMLONLAT', ...position(a)]);
const shape = (a: Arguments) => {
  return a.rng.chance(0.5) ? ['BYRADIUS', a.pick(NUMBERS), unit(a)] : ['BYBOX', a.pick(NUMBERS), a.pick(NUMBERS), unit(a)];
};
const order = (a: Arguments) => a.pick([[], ['ASC'], ['DESC'], ['asc']]);
const count = (a: Arguments) => a.maybe(0.3, () => ['COUNT', a.pick(['1', '2', '100', '0', 'x']), ...a.maybe(0.3, () => ['ANY'])]);
const shown = (a: Arguments) => a.pick([[], [], ['WITHCOORD'], ['WITHDIST'], ['WITHHASH'], ['withdist', 'WITHHASH', 'WITHCOORD']]);
const stored = (a: Arguments) => a.maybe(0.2, () => [a.pick(['STORE', 'STOREDIST']), a.key()]);

/** Options stand in any order. */
const search = (a: Arguments) => a.rng.shuffle([center(a), shape(a), order(a), count(a)]).flat();

export const geo: Family = {
  name: 'geo',
  since: '11',
  keys: ['g1', 'g2', 'g3'],
  rows: [
    [14, (a) => ['GEOADD', a.key(), ...a.maybe(0.3, () => [a.pick(['NX', 'XX', 'CH', 'ch'])]), ...a.some(1, 5, () => [...position(a), place(a)])]],
    [4, (a) => ['GEOPOS', a.key(), ...a.some(0, 4, () => place(a))]],
    [4, (a) => ['GEOHASH', a.key(), ...a.some(0, 4, () => place(a))]],
    [6, (a) => ['GEODIST', a.key(), place(a), place(a), ...a.maybe(0.5, () => [unit(a)])]],
    [12, (a) => ['GEOSEARCH', a.key(), ...search(a), ...shown(a)]],
    [6, (a) => ['GEOSEARCHSTORE', a.key(), a.key(), ...search(a), ...a.maybe(0.3, () => ['STOREDIST'])]],
    [6, (a) => around(a, a.pick(['GEORADIUS', 'GEORADIUS_RO']), [...position(a)])],
    [6, (a) => around(a, a.pick(['GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO']), [place(a)])],
    [2, (a) => ['ZRANGE', a.key(), '0', '-1', 'WITHSCORES']],
    [2, (a) => ['ZREM', a.key(), place(a)]],
    [2, (a) => [a.pick(['DEL', 'TYPE', 'EXISTS']), a.key()]],
  ],
};

function around(a: Arguments, name: string, from: string[]): Command {
  const options = [order(a), count(a), shown(a), ...(name.endsWith('_RO') ? [] : [stored(a)])];
  return [name, a.key(), ...from, a.pick(NUMBERS), unit(a), ...a.rng.shuffle(options).flat()];
}

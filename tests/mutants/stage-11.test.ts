import { plantedBugs } from './planted-bugs.ts';

plantedBugs('11', [
  {
    file: 'geo/geohash.ts',
    find: 'const low = spread(column % HALF) * 2 + spread(row % HALF);',
    replace: 'const low = spread(row % HALF) * 2 + spread(column % HALF);',
    why: 'column and row change places in half of the bits',
    suite: '11-geo',
  },
  {
    file: 'geo/cell.ts',
    find: 'return by === 0 ? place : (place + by + cells) % cells;',
    replace: 'return by === 0 ? place : Math.max(0, Math.min(cells - 1, place + by));',
    why: 'a search ends at the date line',
    suite: '11-geo',
  },
  {
    file: 'geo/cover.ts',
    find: '  if (Math.abs(latitude) > 66) step--;\n  if (Math.abs(latitude) > 80) step--;\n',
    replace: '',
    why: 'the cells are too narrow near the poles',
    suite: '11-geo',
  },
  {
    file: 'geo/cover.ts',
    find: 'if (toNorth > 0 && north > box.north) return false;',
    replace: 'if (toNorth > 0) return false;',
    why: 'what lies north of the middle cell is not found',
    suite: '11-geo',
  },
  {
    file: 'geo/shape.ts',
    find: 'return metres <= shape.radius ? metres : undefined;',
    replace: 'return metres;',
    why: 'all of the nine cells is taken for the circle',
    suite: '11-geo',
  },
  {
    file: 'geo/search.ts',
    find: 'if (found.length >= limit) return;',
    replace: '',
    why: 'ANY goes on when it has enough',
    suite: '11-geo',
  },
  {
    file: 'commands/geo/search.ts',
    find: 'storeDist ? distance / unit : score',
    replace: 'storeDist ? distance : score',
    why: 'distances are stored in metres whatever the unit',
    suite: '11-geo',
  },
  {
    file: 'commands/geo/geo.ts',
    find: 'request.propagateAs(added);',
    replace: 'request.propagateAs([...args]);',
    why: 'replicas and the log get degrees, which another server may round to another cell',
    suite: '11-geo',
  },
]);

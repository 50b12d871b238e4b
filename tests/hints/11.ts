import type { Hint } from './hint.ts';

export const won = 'a map that answers what is near';

const GEO = 'commands/geo/geo.ts';
const SEARCH = 'commands/geo/search.ts';

export const hints: Record<string, Hint> = {
  'GEOADD moves a place that is there': [
    'GEOADD is ZADD with a score that is computed from two degrees: it counts the new members, and with CH those that have moved as well.',
    'geoaddCommand in src/geo.c',
    `${GEO}#geoadd`,
  ],
  'GEOADD takes NX and XX': [
    'The options stand before the first longitude, in any case of letters: NX, XX, CH. NX and XX together are a syntax error.',
    'geoaddCommand in src/geo.c',
    `${GEO}#firstPosition`,
  ],
  'a place that is not on the map is refused': [
    'Longitude goes from -180 to 180, latitude from -85.05112878 to 85.05112878. Check all pairs before you add the first one; the error prints both numbers with six decimals.',
    'extractLongLatOrReply in src/geo.c',
    'commands/geo/arguments.ts#parsePosition',
  ],
  'GEOPOS answers nil for a place that is not there': [
    'One element for each name. A name that is not there is the null array, *-1; without names the reply is the empty array.',
    'geoposCommand in src/geo.c',
    `${GEO}#geopos`,
  ],
  'a place is a member of a sorted set, and its score is its geohash': [
    'Column and row are numbers of 26 bits, in proportion to the two degrees (step 1). The score has their bits in turn, 52 of them, with the first bit of the column on top.',
    'geohashEncode in src/geohash.c',
    'geo/geohash.ts#scoreOf',
  ],
  'GEOPOS gives the middle of the cell': [
    'Take the 52 bits apart again, and answer the middle of the cell, not its corner. The numbers are printed with 17 digits after the point, without zeros at the end.',
    'geohashDecodeToLongLatWGS84 in src/geohash.c, addReplyHumanLongDouble in src/networking.c',
    'geo/geohash.ts#positionOf',
  ],
  'the edges of the map have scores, too': [
    'A degree at the upper edge would fall into a cell beyond the last one: what Redis does there is to let the number overflow into the next bit, and to clamp the decoded degree.',
    'geohashEncode and geohashDecodeAreaToLongLat in src/geohash.c',
    'geo/cell.ts#cellAt',
  ],
  'in RESP3 GEOPOS answers doubles': [
    'After HELLO 3 each coordinate is a double: a comma, the same digits, CRLF.',
    'addReplyHumanLongDouble in src/networking.c',
    'commands/geo/replies.ts#positionReply',
  ],
  'GEOHASH writes places as other programs do': [
    'The usual geohash covers latitudes from -90 to 90, so decode the score and encode it again with that range. Then write 5 bits a character, 11 characters, the last one always 0.',
    'geohashCommand in src/geo.c',
    'geo/geohash.ts#geohashText',
  ],
  'GEOSEARCH finds the places in a circle': [
    'The simplest search that passes: decode every member, compute its distance, keep those within the radius. The cells of this step are what makes it fast.',
    'geosearchCommand and geoGetPointsInRange in src/geo.c',
    `${SEARCH}#geosearch`,
  ],
  'a place is found from itself, also at a radius of 0': [
    'FROMMEMBER takes the position from the score of the member. Within means less than or equal.',
    'geohashGetDistanceIfInRadius in src/geohash_helper.c',
    'geo/shape.ts#distanceWithin',
  ],
  'a key that is not there has no places': [
    'A missing key is an empty array, whatever member the search would begin from.',
    'georadiusGeneric in src/geo.c',
    `${SEARCH}#searchIn`,
  ],
  'a search goes across the date line': [
    'The neighbour to the east of the last column is the first column. Let the column wrap around.',
    'geohash_move_x in src/geohash.c',
    'geo/cell.ts#neighbour',
  ],
  'a search near a pole, and one of half the globe': [
    'Near the poles a cell is narrow: choose larger cells above 66 and 80 degrees. When nine cells cannot hold the circle, search everything.',
    'geohashEstimateStepsByRadius in src/geohash_helper.c',
    'geo/cover.ts#stepFor',
  ],
  'every place within a radius is found, and no other': [
    'The cell of the center and its eight neighbours must hold the whole circle. When the box around the circle reaches beyond them, take larger cells.',
    'geohashCalculateAreasByShapeWGS84 in src/geohash_helper.c',
    'geo/cover.ts#cellsCovering',
  ],
  'GEODIST answers the distance along the surface, in four units': [
    'The haversine formula with a radius of 6372797.560856 m; m, km, ft (0.3048 m) and mi (1609.34 m), in any case of letters; four decimals.',
    'geohashGetDistance in src/geohash_helper.c, addReplyDoubleDistance in src/geo.c',
    'geo/distance.ts#distance',
  ],
  'GEODIST answers nil when a place is not there': [
    'The key or one of the two members is missing: the null bulk string, $-1.',
    'geodistCommand in src/geo.c',
    `${GEO}#geodist`,
  ],
  'GEOSEARCH finds the places in a box': [
    'BYBOX width height: the distance north or south is at most half the height, and the distance along the parallel of the place at most half the width.',
    'geohashGetDistanceIfInRectangle in src/geohash_helper.c',
    'geo/shape.ts#distanceWithin',
  ],
  'WITHDIST, WITHHASH and WITHCOORD add to each place, in this order': [
    'With one of them each element is an array: the name, the distance in the unit of the search, the score as an integer, the pair of coordinates. Their order in the request does not matter.',
    'georadiusGeneric in src/geo.c',
    `${SEARCH}#pointReply`,
  ],
  'COUNT takes the nearest, and with ANY the first that are found': [
    'COUNT n sorts all places by distance, even without ASC, and takes the first n. COUNT n ANY stops as soon as n are found.',
    'georadiusGeneric in src/geo.c',
    'commands/geo/search-options.ts#parseCount',
  ],
  'GEOSEARCHSTORE stores places with their geohashes': [
    'The result is a sorted set under the first key, whatever that key was before. The reply is the number of places.',
    'georadiusGeneric in src/geo.c',
    `${SEARCH}#storePoints`,
  ],
  'GEOSEARCHSTORE that finds nothing removes the key': [
    'An empty result deletes the target, also when the source is missing. The reply is 0.',
    'georadiusGeneric in src/geo.c',
    `${SEARCH}#storePoints`,
  ],
  'GEORADIUS and GEORADIUSBYMEMBER search a circle': [
    'Older spellings of the same search: key longitude latitude radius unit, or key member radius unit, then the options. The forms that end in _RO take no STORE.',
    'georadiusCommand and georadiusbymemberCommand in src/geo.c',
    `${SEARCH}#georadius`,
  ],
  'ioredis finds what is near': [
    'If everything above passes, this passes. If not, look at COMMAND: a client library asks which arguments are keys.',
    'geosearchCommand in src/geo.c',
    `${SEARCH}#geosearch`,
  ],
};

import { argumentError, checkInteger, checkString } from '../arguments.ts';
import type { LuaValue } from '../value.ts';
import type { NativeFunction } from './host.ts';

/** What `1/0` and `0/0` become: an error (`off`), what C prints (`on`), or null. */
export type InvalidNumbers = 'off' | 'on' | 'null';

/** What scripts can set, with lua-cjson's defaults. */
export interface JsonSettings {
  /** Whether a sparse array becomes an object; it is an error otherwise. */
  sparseConvert: boolean;
  /** An array is sparse when its greatest index is more than so many times its elements; 0: never. */
  sparseRatio: number;
  /** But not up to this index. */
  sparseSafe: number;
  encodeMaxDepth: number;
  decodeMaxDepth: number;
  /** Digits of a number. */
  numberPrecision: number;
  /** Without effect here: there is no buffer to keep. */
  keepBuffer: boolean;
  encodeInvalid: InvalidNumbers;
  decodeInvalid: InvalidNumbers;
}

const INT_MAX = 2 ** 31 - 1;
const MAX_PRECISION = 14;

export function createJsonSettings(): JsonSettings {
  return {
    sparseConvert: false,
    sparseRatio: 2,
    sparseSafe: 10,
    encodeMaxDepth: 1_000,
    decodeMaxDepth: 1_000,
    numberPrecision: MAX_PRECISION,
    keepBuffer: true,
    encodeInvalid: 'off',
    decodeInvalid: 'on',
  };
}

type NumberSetting = 'sparseRatio' | 'sparseSafe' | 'encodeMaxDepth' | 'decodeMaxDepth' | 'numberPrecision';

/** The functions that change a setting and return it, by their names in Lua. Without an argument they only return it. */
export function settingFunctions(settings: JsonSettings): Record<string, NativeFunction> {
  const number = (setting: NumberSetting, low: number, high: number): NativeFunction => {
    return (args) => {
      limitArguments(args, 1);
      setNumber(args, 0, settings, setting, [low, high]);
      return [settings[setting]];
    };
  };
  return {
    encode_max_depth: number('encodeMaxDepth', 1, INT_MAX),
    decode_max_depth: number('decodeMaxDepth', 1, INT_MAX),
    encode_number_precision: number('numberPrecision', 1, MAX_PRECISION),
    encode_sparse_array: (args) => {
      limitArguments(args, 3);
      settings.sparseConvert = readSwitch(args, settings.sparseConvert ? 'on' : 'off', ['off', 'on']) === 'on';
      setNumber(args, 1, settings, 'sparseRatio', [0, INT_MAX]);
      setNumber(args, 2, settings, 'sparseSafe', [0, INT_MAX]);
      return [settings.sparseConvert, settings.sparseRatio, settings.sparseSafe];
    },
    encode_keep_buffer: (args) => {
      limitArguments(args, 1);
      settings.keepBuffer = readSwitch(args, settings.keepBuffer ? 'on' : 'off', ['off', 'on']) === 'on';
      return [settings.keepBuffer];
    },
    encode_invalid_numbers: (args) => {
      limitArguments(args, 1);
      settings.encodeInvalid = readSwitch(args, settings.encodeInvalid, ['off', 'on', 'null']);
      return [settings.encodeInvalid === 'null' ? 'null' : settings.encodeInvalid === 'on'];
    },
    decode_invalid_numbers: (args) => {
      limitArguments(args, 1);
      settings.decodeInvalid = readSwitch(args, settings.decodeInvalid, ['off', 'on']);
      return [settings.decodeInvalid === 'on'];
    },
  };
}

function limitArguments(args: readonly LuaValue[], most: number): void {
  if (args.length > most) throw argumentError(most, 'found too many arguments');
}

/** The first argument is named in the error, whichever it was: as in lua-cjson. */
function setNumber(
  args: readonly LuaValue[],
  at: number,
  settings: JsonSettings,
  setting: NumberSetting,
  [low, high]: readonly [number, number],
): void {
  if (args[at] === undefined) return;
  const value = checkInteger(args, at) | 0;
  if (value < low || value > high) throw argumentError(0, `expected integer between ${low} and ${high}`);
  settings[setting] = value;
}

/** The first argument, a boolean or one of these words; `now` when there is none. */
function readSwitch<Word extends InvalidNumbers>(
  args: readonly LuaValue[],
  now: InvalidNumbers,
  words: readonly Word[],
): Word {
  const value = args[0];
  if (typeof value === 'boolean') return words[value ? 1 : 0]!;
  const asked = value === undefined ? now : checkString(args, 0);
  const word = words.find((word) => word === asked);
  if (word === undefined) throw argumentError(0, `invalid option '${asked}'`);
  return word;
}

import { argumentError, checkString } from '../arguments.ts';
import type { LuaTable } from '../value.ts';
import { decodeJson } from './cjson-decode.ts';
import { encodeJson } from './cjson-encode.ts';
import { createJsonSettings, settingFunctions } from './cjson-settings.ts';
import { createLibrary, type LibraryHost } from './host.ts';
import { NULL } from './null.ts';

/** The library `cjson` (lua-cjson 2.1.0). Its settings last as long as it does; `cjson.new()` makes one with its own. */
export function createJsonLibrary(host: LibraryHost): LuaTable {
  const settings = createJsonSettings();
  const library = createLibrary({
    encode: (args) => {
      if (args.length !== 1) throw argumentError(0, 'expected 1 argument');
      return [encodeJson(args[0], settings, host)];
    },
    decode: (args) => {
      if (args.length !== 1) throw argumentError(0, 'expected 1 argument');
      return [decodeJson(checkString(args, 0), settings)];
    },
    ...settingFunctions(settings),
    new: () => [createJsonLibrary(host)],
  });
  library.set('null', NULL);
  library.set('_NAME', 'cjson');
  library.set('_VERSION', '2.1.0');
  return library;
}

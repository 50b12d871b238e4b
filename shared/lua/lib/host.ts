import type { LuaSteps, LuaValues } from '../function.ts';
import { LuaFunction, LuaTable, type LuaValue } from '../value.ts';

/** What libraries need from the state to which they belong. */
export interface LibraryHost {
  /** Called now and then in what can take long, with how many steps that were; throws when the script is to end. */
  spend(steps: number): void;
  /** Throws `not enough memory` when a script may have no string of this length. */
  checkLength(length: number): void;
  /** `value[key]`, with metatables. */
  index(value: LuaValue, key: LuaValue): LuaValue;
  /** A function that calls those of the script: its steps yield the calls, and get the results. */
  callingBack(name: string, steps: (args: LuaValues) => LuaSteps): LuaFunction;
}

export type NativeFunction = (args: readonly LuaValue[]) => readonly LuaValue[];

/** A table of native functions, each under its name. */
export function createLibrary(functions: Readonly<Record<string, NativeFunction | LuaFunction>>): LuaTable {
  const library = new LuaTable();
  for (const [name, native] of Object.entries(functions)) {
    library.set(name, native instanceof LuaFunction ? native : new LuaFunction(name, native));
  }
  return library;
}

import { ReplyError } from '#shared/resp/reply.ts';
import type { FunctionEngine } from './function-engine.ts';
import { readLibraryHeader } from './library-header.ts';
import { Libraries, type Library } from './library.ts';

interface LoadOptions {
  /** A library of the same name is replaced. */
  readonly replace?: boolean;
  /** The library has half a second to register its functions. */
  readonly limited?: boolean;
  /** Where the library goes, instead of to the libraries in use. */
  readonly into?: Libraries;
}

/** The libraries of functions, which are part of the data (Redis: functions.c). */
export class Functions {
  readonly libraries = new Libraries();
  readonly engine: FunctionEngine;

  constructor(engine: FunctionEngine) {
    this.engine = engine;
  }

  /** The source of each library. */
  get sources(): string[] {
    return [...this.libraries.byName.values()].map(({ source }) => source);
  }

  /** What their sources take; bytes. */
  get bytes(): number {
    return this.sources.reduce((sum, { length }) => sum + length, 0);
  }

  /** Runs a library's code, which registers its functions (Redis: `functionsCreateWithLibraryCtx`). @throws ReplyError */
  load(source: string, { replace = false, limited = false, into = this.libraries }: LoadOptions = {}): Library {
    const { name, code } = readLibraryHeader(source);
    if (!replace && into.byName.has(name)) throw new ReplyError(`ERR Library '${name}' already exists`);
    const functions = this.engine.load(code, limited);
    if (functions.size === 0) throw new ReplyError('ERR No functions registered');
    const library = { name, source, functions };
    into.add(library);
    return library;
  }
}

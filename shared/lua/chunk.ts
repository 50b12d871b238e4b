import { FieldName } from './field-name.ts';
import { LuaCall, LuaFunction, type LuaSteps, type LuaValues, type Upvalues } from './function.ts';
import { generate } from './generate.ts';
import { NONE } from './operations.ts';
import type { LuaState } from './state.ts';
import type { FunctionTree } from './tree.ts';
import { LuaTable } from './value.ts';

/** What a pausable function yields when others are to be served. */
export const PAUSE = Symbol('pause');

type Plain = (args: LuaValues, upvalues: Upvalues) => LuaValues;
type Pausable = (args: LuaValues, upvalues: Upvalues) => LuaSteps;

/** A function of a script, without the variables that a closure of it holds. */
class Prototype {
  readonly name: string;
  readonly plain: Plain;
  private readonly chunk: Chunk;
  private readonly index: number;

  constructor(chunk: Chunk, index: number, name: string, plain: Plain) {
    this.chunk = chunk;
    this.index = index;
    this.name = name;
    this.plain = plain;
  }

  get pausable(): Pausable {
    return this.chunk.pausableForms()[this.index] as Pausable;
  }
}

/** A function of a script with its variables. It can be called in both forms, which share them. */
export class Closure extends LuaFunction {
  private readonly prototype: Prototype;

  constructor(prototype: Prototype, upvalues: Upvalues) {
    super(prototype.name, prototype.plain, undefined, true, upvalues);
    this.prototype = prototype;
  }

  override start(args: LuaValues): LuaSteps {
    return this.prototype.pausable(args, this.upvalues);
  }
}

/** A compiled script: the plain form of its functions at once, the pausable one when it is first needed. */
export class Chunk {
  /** The script itself. */
  readonly main: Closure;
  private readonly state: LuaState;
  private readonly tree: FunctionTree;
  private readonly name: string;
  private readonly globals: LuaTable;
  private readonly prototypes: Prototype[] = [];
  private pausable: Pausable[] | undefined;

  /** `name`: as errors show it. `globals`: what the script's global variables are fields of. */
  constructor(state: LuaState, tree: FunctionTree, name: string, globals: LuaTable) {
    this.state = state;
    this.tree = tree;
    this.name = name;
    this.globals = globals;
    const generated = generate(tree, name, false);
    const functions = this.evaluate(generated.code, generated.strings, generated.sites) as Plain[];
    functions.forEach((plain, i) => this.prototypes.push(new Prototype(this, i, generated.trees[i]?.name ?? '?', plain)));
    this.main = new Closure(this.prototypes[0] as Prototype, []);
  }

  pausableForms(): Pausable[] {
    if (this.pausable === undefined) {
      const { code, strings, sites } = generate(this.tree, this.name, true);
      this.pausable = this.evaluate(code, strings, sites) as Pausable[];
    }
    return this.pausable;
  }

  private evaluate(code: string, strings: string[], sites: object[]): unknown {
    const names = { S: this.state, G: this.globals, K: strings, D: sites, P: this.prototypes, ...RUNTIME };
    return new Function(...Object.keys(names), code)(...Object.values(names));
  }
}

const RUNTIME = { FieldName, LuaTable, LuaFunction, LuaCall, Closure, NONE, PAUSE };

import type { Rng } from '../../harness/rng.ts';
import { randomCall } from './library-calls.ts';
import { randomLiteral, randomString, stringSource, toSource } from './literals.ts';

/**
 * Random expressions of Lua. Mostly of the type requested, sometimes of another, for the errors. Numbers that can
 * become -0 or NaN are kept from being constants: Lua 5.1 has one constant for 0 and -0 in a function.
 */
export class Expressions {
  readonly #rng: Rng;
  /** Local variables that can be named. */
  readonly #names: string[];

  constructor(rng: Rng, names: readonly string[] = []) {
    this.#rng = rng;
    this.#names = [...names];
  }

  with(...names: string[]): Expressions {
    return new Expressions(this.#rng, [...this.#names, ...names]);
  }

  any(depth = 3): string {
    const rng = this.#rng;
    if (this.#names.length > 0 && rng.chance(0.25)) return rng.pick(this.#names);
    return rng.pick([() => this.number(depth), () => this.string(depth), () => this.boolean(depth), () => this.table(depth), () => this.chosen(depth), () => 'nil'])();
  }

  number(depth: number): string {
    const rng = this.#rng;
    if (rng.chance(0.04)) return this.any(depth - 1);
    if (depth <= 0) return this.#numeral();
    const a = () => this.number(depth - 1);
    return rng.pick([
      () => this.#numeral(),
      () => `(${a()} + ${a()})`,
      () => `(${a()} - ${a()})`,
      () => `((zero + ${a()}) * ${a()})`,
      () => `((zero + ${a()}) / ${a()})`,
      () => `((zero + ${a()}) % ${a()})`,
      () => `(${this.#small()} ^ ${this.#small()})`,
      () => `-(zero + ${a()})`,
      () => `#${this.string(depth - 1)}`,
      () => `#${this.table(depth - 1)}`,
      () => `math.${rng.pick(['floor', 'ceil', 'abs'])}(${a()})`,
      () => `math.${rng.pick(['max', 'min', 'fmod'])}(${a()}, ${a()})`,
      () => `tonumber(${this.string(depth - 1)})`,
      () => `tonumber(${stringSource(rng.pick(['10', 'ff', '7z', '-11', ' 12 ', '8', '1e1', '0x1', '']))}, ${rng.int(1, 37)})`,
      () => `select("#", ${this.any(depth - 1)}, ${this.any(depth - 1)})`,
      () => `(${this.boolean(depth - 1)} and ${a()} or ${a()})`,
      () => `(${this.string(depth - 1)}):${rng.pick(['len', 'byte'])}()`,
      () => `(function(...) local x, y = ... return ${rng.pick(['x', 'y', 'select("#", ...)', '(...)'])} end)(${a()}, ${a()})`,
    ])();
  }

  string(depth: number): string {
    const rng = this.#rng;
    if (rng.chance(0.04)) return this.any(depth - 1);
    if (depth <= 0) return stringSource(randomString(rng));
    const a = () => this.string(depth - 1);
    return rng.pick([
      () => stringSource(randomString(rng)),
      () => this.#longString(),
      () => `(${a()} .. ${a()})`,
      () => `(${a()} .. ${this.number(depth - 1)} .. ${a()})`,
      () => `tostring(${this.scalar(depth - 1)})`,
      () => `type(${this.any(depth - 1)})`,
      () => `(${a()}):${rng.pick(['upper', 'lower', 'reverse'])}()`,
      () => `(${a()}):sub(${this.#small()}, ${this.#small()})`,
      () => `(${a()}):rep(${rng.int(-1, 4)})`,
      () => `(${this.boolean(depth - 1)} and ${a()} or ${a()})`,
      () => `string.format("%s|%5.1f|%q", ${a()}, ${this.number(depth - 1)}, ${a()})`,
      () => `table.concat({${a()}, ${this.number(depth - 1)}, ${a()}}, ${a()})`,
      () => `(select(2, pcall(error, ${this.scalar(depth - 1)})))`,
      () => `({${a()}, ${a()}})[${rng.int(0, 3)}]`,
    ])();
  }

  boolean(depth: number): string {
    const rng = this.#rng;
    if (depth <= 0) return rng.pick(['true', 'false']);
    const number = () => this.number(depth - 1);
    const text = () => this.string(depth - 1);
    const any = () => this.any(depth - 1);
    return rng.pick([
      () => rng.pick(['true', 'false']),
      () => `(${number()} ${rng.pick(['<', '<=', '>', '>=', '==', '~='])} ${number()})`,
      () => `(${text()} ${rng.pick(['<', '<=', '>', '>=', '==', '~='])} ${text()})`,
      () => `(${any()} ${rng.pick(['==', '~='])} ${any()})`,
      () => `not ${any()}`,
      () => `rawequal(${any()}, ${any()})`,
      () => `(pcall(${rng.pick(['error', 'tostring', 'setmetatable', 'next', 'unpack'])}, ${any()}))`,
    ])();
  }

  table(depth: number): string {
    const rng = this.#rng;
    if (depth <= 0) return '{}';
    const any = () => this.any(depth - 1);
    return rng.pick([
      () => `{${any()}, ${any()}}`,
      () => `{[${this.scalar(depth - 1)}] = ${any()}}`,
      () => `{name = ${any()}; ${any()}}`,
      () => `{(function() return ${any()}, ${any()} end)()}`,
      () => `{unpack({${any()}, ${any()}, ${any()}})}`,
      () => toSource(randomLiteral(rng, 1)),
      () => this.#withMetatable(depth),
    ])();
  }

  /** Whatever has a text of its own: no table or function, which show their addresses. */
  scalar(depth: number): string {
    return this.#rng.pick([() => this.number(depth), () => this.string(depth), () => this.boolean(depth), () => 'nil'])();
  }

  /** `and` and `or`, calls of functions made on the spot, fields, calls of libraries. */
  chosen(depth: number): string {
    const rng = this.#rng;
    const any = () => this.any(depth - 1);
    if (depth <= 0) return 'nil';
    return rng.pick([
      () => `(${any()} and ${any()})`,
      () => `(${any()} or ${any()})`,
      () => `(function(a, b) return ${this.with('a', 'b').any(depth - 1)} end)(${any()}, ${any()})`,
      () => `(${this.table(depth - 1)}).name`,
      () => `(${any()})[${any()}]`,
      () => `(select(${rng.int(-3, 4)}, ${any()}, ${any()}, ${any()}))`,
      () => `(next(${this.table(depth - 1)}))`,
      () => `rawget(${this.table(depth - 1)}, ${any()})`,
      () => `(${any()})(${any()})`,
      () => `(${any()}):name(${any()})`,
      () => libraryCall(rng),
      () => `${any()} ${rng.pick(['+', '-', '..', '<', '<=', '==', '%', '^'])} ${any()}`,
      () => `-${any()}`,
      () => `#${any()}`,
    ])();
  }

  #withMetatable(depth: number): string {
    const rng = this.#rng;
    const body = this.with('a', 'b').any(depth - 1);
    const event = rng.pick(['__index', '__newindex', '__call', '__add', '__sub', '__mul', '__div', '__mod', '__pow', '__unm', '__concat', '__len', '__eq', '__lt', '__le', '__tostring', '__metatable']);
    const handler = event === '__index' && rng.chance(0.4) ? this.table(depth - 1) : `function(a, b) return ${body} end`;
    return `setmetatable(${this.table(depth - 1)}, {${event} = ${handler}})`;
  }

  #numeral(): string {
    const rng = this.#rng;
    return rng.pick([
      () => String(rng.int(1, 20)),
      () => `(-${rng.int(1, 20)})`,
      () => 'zero',
      () => String(rng.int(1, 1000) / 8),
      () => rng.pick(['1e3', '.5', '3.', '0x10', '0xfF', '1E-2', '1e15', '123456789012345', '2^53', '1e100', '0.1', '(1/zero)']),
    ])();
  }

  #small(): string {
    return String(this.#rng.int(1, 9));
  }

  #longString(): string {
    const level = '='.repeat(this.#rng.int(0, 2));
    return `[${level}[${this.#rng.pick(['\n', '', 'a', '\na\\n', ']] '.slice(level === '' ? 2 : 0)])}]${level}]`;
  }
}

/** A call of a library's function, as it stands in a script. */
export function libraryCall(rng: Rng): string {
  const { name, args } = randomCall(rng);
  return `${name}(${args.map(toSource).join(', ')})`;
}

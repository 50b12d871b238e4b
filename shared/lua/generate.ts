import type { Site } from './site.ts';
import type { BinaryOperator, Call, Expression, FunctionTree, Local, Statement, TableConstructor } from './tree.ts';

/** JavaScript for a chunk. What it names: see `chunk.ts`. */
export interface Generated {
  code: string;
  strings: string[];
  sites: Site[];
  /** The functions in the order in which the code returns them; the script itself is the first. */
  trees: FunctionTree[];
}

/**
 * Makes JavaScript from the tree of a script. Nothing of the script's text stands in it: variables are numbered, strings
 * come from an array, and numbers are printed anew.
 *
 * There are two forms. The plain one is ordinary functions. In the pausable one each function is a generator: it yields
 * where it calls, and where it has run for so long that others should be served.
 */
export function generate(tree: FunctionTree, chunk: string, pausable: boolean): Generated {
  const output: Output = { strings: new Map(), names: new Set(), sites: [], trees: [], functions: [], chunk, pausable };
  addFunction(output, tree);
  const strings = [...output.strings.keys()];
  const constants = strings.map((_, i) => `const k${i} = K[${i}]${output.names.has(i) ? `, n${i} = new FieldName(k${i})` : ''};\n`).join('');
  return { code: `'use strict';\n${constants}return [${output.functions.join(',\n')}];`, strings, sites: output.sites, trees: output.trees };
}

interface Output {
  strings: Map<string, number>;
  /** Which of the strings are names of fields that are read. */
  names: Set<number>;
  sites: Site[];
  trees: FunctionTree[];
  functions: string[];
  chunk: string;
  pausable: boolean;
}

/** Adds a function, and the functions inside it; returns its number. */
function addFunction(output: Output, tree: FunctionTree): number {
  const index = output.trees.push(tree) - 1;
  output.functions.push('');
  output.functions[index] = new FunctionWriter(output, tree).write();
  return index;
}

const ARITHMETIC: Partial<Record<BinaryOperator, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'mod', '^': 'pow' };

class FunctionWriter {
  private readonly output: Output;
  private readonly tree: FunctionTree;
  private readonly pausable: boolean;
  private temps = 0;
  private maxTemps = 0;
  private loops = 0;

  constructor(output: Output, tree: FunctionTree) {
    this.output = output;
    this.tree = tree;
    this.pausable = output.pausable;
  }

  write(): string {
    const { tree, pausable } = this;
    const parameters = tree.parameters.map((local, i) => this.declare(local, `a[${i}]`)).join('');
    const rest = tree.isVararg ? `const va = a.length > ${tree.parameters.length} ? a.slice(${tree.parameters.length}) : NONE;\nif (a.length > 64) S.spend(a.length);\n` : '';
    const body = this.block(tree.body);
    const end = tree.body.at(-1)?.kind === 'return' ? '' : `${this.leave()} return NONE;\n`;
    const temps = Array.from({ length: this.maxTemps }, (_, i) => `, x${i}`).join('');
    const upvalues = tree.upvalues.map((_, i) => `const u${i} = U[${i}];\n`).join('');
    const enter = pausable
      ? 'if (--S.steps < 0 || d > S.maxDepth) { if (S.enterPausable()) yield PAUSE; }'
      : `const w = ${this.room()}; if ((S.room -= w) < 0 || --S.steps < 0) S.enterPlain();`;
    return `function${pausable ? '*' : ''} (a, U) {
const T = S.thread, d = ++T.depth, at = T.at; T.sites[d] = D;
${enter}
let s, y, r${temps};
${upvalues}${parameters}${rest}${body}${end}}`;
  }

  /** Words of the JavaScript stack that a call may take: for the limit of recursion. */
  private room(): number {
    return 27 + this.tree.locals + this.tree.upvalues.length + this.maxTemps;
  }

  private leave(): string {
    return this.pausable ? 'T.depth = d - 1;' : `S.room += w; T.depth = d - 1;`;
  }

  // ─── statements ───

  private block(body: Statement[]): string {
    return body.map((statement) => this.statement(statement)).join('');
  }

  private statement(statement: Statement): string {
    switch (statement.kind) {
      case 'local':
        return this.localStatement(statement.locals, statement.values);
      case 'localFunction': {
        const { local, tree } = statement;
        if (!local.captured) return `let ${nameOf(local)} = ${this.closure(tree)};\n`;
        return `const ${nameOf(local)} = { v: undefined };\n${nameOf(local)}.v = ${this.closure(tree)};\n`;
      }
      case 'assign':
        return this.assignment(statement.targets, statement.values, statement.line);
      case 'call':
        return `${this.call(statement.call)};\n`;
      case 'do':
        return `{\n${this.block(statement.body)}}\n`;
      case 'while':
        return `while (${this.condition(statement.condition)}) {\n${this.tick()}${this.block(statement.body)}}\n`;
      case 'repeat':
        return `for (;;) {\n${this.tick()}${this.repeatBody(statement.body, statement.condition)}}\n`;
      case 'if':
        return this.ifStatement(statement.branches, statement.otherwise);
      case 'numericFor':
        return this.numericFor(statement);
      case 'genericFor':
        return this.genericFor(statement.locals, statement.values, statement.body, statement.line);
      case 'return':
        return this.returnStatement(statement.values);
      case 'break':
        return 'break;\n';
    }
  }

  private tick(): string {
    return this.pausable ? 'if (--S.steps < 0 && S.tick(true)) yield PAUSE;\n' : 'if (--S.steps < 0) S.tick(false);\n';
  }

  private localStatement(locals: Local[], values: Expression[]): string {
    const last = values.at(-1);
    if (last === undefined || locals.length <= values.length || !isMulti(last)) {
      const single = locals.map((local, i) => this.declare(local, values[i] === undefined ? 'undefined' : this.value(values[i])));
      return single.join('') + values.slice(locals.length).map((value) => `${this.value(value)};\n`).join('');
    }
    const before = values.slice(0, -1).map((value, i) => this.declare(locals[i] as Local, this.value(value)));
    const rest = locals.slice(values.length - 1);
    return `${before.join('')}y = ${this.multi(last)};\n${rest.map((local, i) => this.declare(local, `y[${i}]`)).join('')}`;
  }

  private declare(local: Local, value: string): string {
    return isCell(local) ? `const ${nameOf(local)} = { v: ${value} };\n` : `let ${nameOf(local)} = ${value};\n`;
  }

  /** Tables and keys first, then the values, then the assignments from right to left. */
  private assignment(targets: Expression[], values: Expression[], line: number): string {
    const [target] = targets;
    const [value] = values;
    if (targets.length === 1 && values.length === 1 && target !== undefined && value !== undefined) return this.assignOne(target, value, line);
    const base = this.temps;
    const steps: string[] = [];
    const places = targets.map((place) => {
      if (place.kind !== 'index') return place;
      const object = this.keep(place.object, steps);
      return { kind: 'place' as const, object, key: this.keep(place.key, steps), site: this.site(line, place.object) };
    });
    const results = this.keepValues(values, targets.length, steps);
    for (let i = places.length - 1; i >= 0; i--) {
      const place = places[i];
      const result = results[i] ?? 'undefined';
      if (place === undefined) continue;
      if (place.kind === 'place') steps.push(this.setIndex(place.object, place.key, result, place.site));
      else steps.push(this.assignVariable(place, result, line));
    }
    this.temps = base;
    return steps.map((step) => `${step};\n`).join('');
  }

  private keepValues(values: Expression[], wanted: number, steps: string[]): string[] {
    const last = values.at(-1);
    if (last === undefined || values.length >= wanted || !isMulti(last)) return values.map((value) => this.keep(value, steps, true));
    const results = values.slice(0, -1).map((value) => this.keep(value, steps, true));
    const list = this.temp();
    steps.push(`${list} = ${this.multi(last)}`);
    for (let i = values.length - 1; i < wanted; i++) results.push(`${list}[${i - values.length + 1}]`);
    return results;
  }

  /** Evaluates an expression into a temporary, unless it cannot change until it is used. */
  private keep(expression: Expression, steps: string[], always = false): string {
    if (isConstant(expression) || (!always && isFixed(expression))) return this.value(expression);
    const value = this.value(expression);
    const temp = this.temp();
    steps.push(`${temp} = ${value}`);
    return temp;
  }

  private assignOne(target: Expression, value: Expression, line: number): string {
    if (target.kind !== 'index') return `${this.assignVariable(target, this.value(value), line)};\n`;
    const base = this.temps;
    const steps: string[] = [];
    const site = this.site(line, target.object);
    const object = isSimple(target.object) ? this.value(target.object) : this.keep(target.object, steps);
    const key = isSimple(target.key) ? this.value(target.key) : this.keep(target.key, steps);
    const result = isSimple(value) ? this.value(value) : this.keep(value, steps, true);
    steps.push(this.setIndex(object, key, result, site));
    this.temps = base;
    return steps.map((step) => `${step};\n`).join('');
  }

  private setIndex(object: string, key: string, value: string, site: string): string {
    if (this.pausable) return `if ((s = S.findSetIndex(${object}, ${key}, ${value}, ${site})) !== undefined) yield s`;
    return `S.setIndex(${object}, ${key}, ${value}, ${site})`;
  }

  private assignVariable(target: Expression, value: string, line: number): string {
    if (target.kind === 'global') return this.setIndex('G', this.string(target.name), value, this.site(line));
    if (target.kind === 'local' || target.kind === 'upvalue') return `${this.variable(target.local)} = ${value}`;
    throw new Error('not a variable');
  }

  private repeatBody(body: Statement[], condition: Expression): string {
    const text = this.block(body);
    const last = body.at(-1)?.kind;
    return last === 'return' || last === 'break' ? text : `${text}if (${this.condition(condition)}) break;\n`;
  }

  private ifStatement(branches: { condition: Expression; body: Statement[] }[], otherwise: Statement[] | undefined): string {
    const text = branches.map(({ condition, body }) => `if (${this.condition(condition)}) {\n${this.block(body)}}`).join(' else ');
    return otherwise === undefined ? `${text}\n` : `${text} else {\n${this.block(otherwise)}}\n`;
  }

  private numericFor(statement: Extract<Statement, { kind: 'numericFor' }>): string {
    const id = this.loops++;
    const { local, start, limit, step, body, line } = statement;
    const site = this.site(line);
    const known = step === undefined ? 1 : step.kind === 'number' ? step.value : undefined;
    const increment = known === undefined ? undefined : number(known);
    const [up, down] = [`i${id} <= l${id}`, `i${id} >= l${id}`];
    const test = known === undefined ? `n${id} > 0 ? ${up} : ${down}` : known > 0 ? up : down;
    const values = [`i${id} = ${this.value(start)}`, `l${id} = ${this.value(limit)}`];
    const checks = [`i${id} = S.forNumber(i${id}, 'initial', ${site}); l${id} = S.forNumber(l${id}, 'limit', ${site});`];
    if (increment === undefined) {
      values.push(`n${id} = ${this.value(step as Expression)}`);
      checks.push(`n${id} = S.forNumber(n${id}, 'step', ${site});`);
    }
    return `{ let ${values.join(', ')};\n${checks.join(' ')}
for (; ${test}; i${id} += ${increment ?? `n${id}`}) {\n${this.tick()}${this.declare(local, `i${id}`)}${this.block(body)}} }\n`;
  }

  private genericFor(locals: Local[], values: Expression[], body: Statement[], line: number): string {
    const id = this.loops++;
    const base = this.temps;
    const steps: string[] = [];
    const [f = 'undefined', state = 'undefined', control = 'undefined'] = this.keepValues(values, 3, steps);
    this.temps = base;
    const setUp = steps.map((step) => `${step};\n`).join('');
    const site = this.siteIndex({ line, callee: '(for generator)' });
    const call = this.callText(`f${id}`, `[t${id}, c${id}]`, site);
    const names = locals.map((local, i) => this.declare(local, i === 0 ? `c${id}` : `r[${i}]`)).join('');
    return `{ ${setUp}const f${id} = ${f}, t${id} = ${state}; let c${id} = ${control};
for (;;) {\n${this.tick()}r = ${call}; if ((c${id} = r[0]) === undefined) break;\n${names}${this.block(body)}} }\n`;
  }

  private returnStatement(values: Expression[]): string {
    const [first] = values;
    if (first === undefined) return `${this.leave()} return NONE;\n`;
    const list = values.length === 1 && first.kind === 'call' ? this.call(first, true) : this.list(values);
    return `r = ${list}; ${this.leave()} return r;\n`;
  }

  // ─── expressions ───

  /** One value. */
  private value(expression: Expression): string {
    switch (expression.kind) {
      case 'nil':
        return 'undefined';
      case 'true':
      case 'false':
        return expression.kind;
      case 'number':
        return number(expression.value);
      case 'string':
        return this.string(expression.value);
      case 'vararg':
        return 'va[0]';
      case 'local':
      case 'upvalue':
        return this.variable(expression.local);
      case 'global': {
        const name = this.string(expression.name);
        return `((s = G.getField(${this.fieldName(expression.name)})) !== undefined ? s : ${this.result('index', `G, ${name}, ${this.site(expression.line)}`)})`;
      }
      case 'index':
        return this.index(expression.object, this.value.bind(this, expression.key), isSimple(expression.key), expression);
      case 'call':
        return `(${this.call(expression)})[0]`;
      case 'function':
        return this.closure(expression.tree);
      case 'and':
        return `((s = ${this.value(expression.left)}) === undefined || s === false ? s : ${this.value(expression.right)})`;
      case 'or':
        return `((s = ${this.value(expression.left)}) !== undefined && s !== false ? s : ${this.value(expression.right)})`;
      case 'paren':
        return this.value(expression.inner);
      case 'unary':
        return this.unary(expression);
      case 'binary':
        return this.binary(expression);
      case 'table':
        return this.table(expression.fields, expression.line);
    }
  }

  /** All values, as an array that may be somebody else's. */
  private multi(expression: Expression): string {
    if (expression.kind === 'call') return this.call(expression);
    return expression.kind === 'vararg' ? 'va' : `[${this.value(expression)}]`;
  }

  /** All values of a list, as an array. */
  private list(expressions: Expression[], first?: string): string {
    const last = expressions.at(-1);
    const leading = first === undefined ? [] : [first];
    if (last === undefined) return leading.length === 0 ? 'NONE' : `[${leading.join(', ')}]`;
    if (!isMulti(last)) return `[${[...leading, ...expressions.map((e) => this.value(e))].join(', ')}]`;
    if (expressions.length === 1 && first === undefined) return this.multi(last);
    return `[${[...leading, ...expressions.slice(0, -1).map((e) => this.value(e)), `...${this.multi(last)}`].join(', ')}]`;
  }

  /** A JavaScript boolean: whether the value is true for Lua. */
  private condition(expression: Expression): string {
    switch (expression.kind) {
      case 'nil':
      case 'false':
        return 'false';
      case 'true':
      case 'number':
      case 'string':
      case 'function':
        return 'true';
      case 'and':
        return `(${this.condition(expression.left)} && ${this.condition(expression.right)})`;
      case 'or':
        return `(${this.condition(expression.left)} || ${this.condition(expression.right)})`;
      case 'paren':
        return this.condition(expression.inner);
      case 'unary':
        if (expression.operator === 'not') return `!${this.condition(expression.operand)}`;
        break;
      case 'binary':
        if (isComparison(expression.operator)) return this.binary(expression);
        break;
      default:
    }
    return `((s = ${this.value(expression)}) !== undefined && s !== false)`;
  }

  private index(object: Expression, key: () => string, keyIsSimple: boolean, expression: Extract<Expression, { kind: 'index' }>): string {
    const site = this.site(expression.line, object);
    const base = this.temps;
    const steps: string[] = [];
    const table = isSimple(object) ? this.value(object) : this.keep(object, steps);
    let name: string;
    if (keyIsSimple) {
      name = key();
    } else {
      const text = key();
      name = this.temp();
      steps.push(`${name} = ${text}`);
    }
    this.temps = base;
    const { key: field } = expression;
    const get = field.kind === 'string' ? `getField(${this.fieldName(field.value)})` : `get(${name})`;
    return `(${[...steps, `${table}?.type === 'table' && (s = ${table}.${get}) !== undefined ? s : ${this.result('index', `${table}, ${name}, ${site}`)}`].join(', ')})`;
  }

  /** What an operation gives that may have to call a metamethod: `S.index(…)`, in the pausable form `S.findIndex(…)`. */
  private result(operation: string, args: string): string {
    if (!this.pausable) return `S.${operation}(${args})`;
    return `((s = S.find${operation.charAt(0).toUpperCase()}${operation.slice(1)}(${args})) instanceof LuaCall ? (yield s)[0] : s)`;
  }

  private call(call: Call, isTail = false): string {
    const base = this.temps;
    const callee = this.temp();
    const steps: string[] = [];
    let args: string;
    if (call.method === undefined) {
      steps.push(`${callee} = ${this.value(call.callee)}`);
      args = this.list(call.args);
    } else {
      const object = this.temp();
      const name = this.string(call.method);
      steps.push(`${object} = ${this.value(call.callee)}`);
      const site = this.site(call.line, call.callee);
      steps.push(`${callee} = ${object}?.type === 'table' && (s = ${object}.getField(${this.fieldName(call.method)})) !== undefined ? s : ${this.result('index', `${object}, ${name}, ${site}`)}`);
      args = this.list(call.args, object);
    }
    this.temps = base;
    const described = call.method === undefined ? describe(call.callee) : `method '${printable(call.method)}'`;
    const name = call.method ?? calleeName(call.callee);
    const site = this.siteIndex({ line: call.line, left: described, callee: name, isMethod: call.method !== undefined, isTail });
    return `(${steps.join(', ')}, ${this.callText(callee, args, site, isTail)})`;
  }

  private callText(callee: string, args: string, site: number, isTail = false): string {
    const before = `y = ${args}, at[d] = ${site}`;
    if (!this.pausable) return `(${before}, ${callee}?.type === 'function' ? ${callee}.code(y, ${callee}.upvalues) : S.callOther(${callee}, y, D[${site}]))`;
    const tail = isTail ? `${callee} instanceof Closure ? S.ask(${callee}, y, D[${site}]) : ` : '';
    return `(${before}, ${tail}${callee} instanceof LuaFunction && !${callee}.pausable ? ${callee}.code(y, ${callee}.upvalues) : yield S.ask(${callee}, y, D[${site}]))`;
  }

  private closure(tree: FunctionTree): string {
    const index = addFunction(this.output, tree);
    const upvalues = tree.upvalues.map((local) => (local.owner === this.tree ? nameOf(local) : `u${this.upvalueId(local)}`));
    return `new Closure(P[${index}], ${upvalues.length === 0 ? 'NONE' : `[${upvalues.join(', ')}]`})`;
  }

  private unary(expression: Extract<Expression, { kind: 'unary' }>): string {
    const { operator, operand, line } = expression;
    if (operator === 'not') return `!${this.condition(operand)}`;
    const site = this.site(line, operand);
    const base = this.temps;
    const steps: string[] = [];
    const value = isSimple(operand) ? this.value(operand) : this.keep(operand, steps);
    this.temps = base;
    const result =
      operator === '-'
        ? `typeof ${value} === 'number' ? -${value} : ${this.result('negate', `${value}, ${site}`)}`
        : `typeof ${value} === 'string' ? (${value}).length : S.length(${value}, ${site})`;
    return `(${[...steps, result].join(', ')})`;
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>): string {
    const { operator, left, right, line } = expression;
    const base = this.temps;
    const steps: string[] = [];
    const a = isSimple(left) ? this.value(left) : this.keep(left, steps);
    const b = isSimple(right) ? this.value(right) : this.keep(right, steps);
    this.temps = base;
    const result = this.operation(operator, a, b, left, right, line);
    return `(${[...steps, result].join(', ')})`;
  }

  private operation(operator: BinaryOperator, a: string, b: string, left: Expression, right: Expression, line: number): string {
    if (operator === '==' || operator === '~=') {
      const isPlain = isConstant(left) || isConstant(right);
      const equal = isPlain ? `${a} === ${b}` : `(${a} === ${b} || typeof ${a} === 'object' && ${this.truth('equals', `${a}, ${b}, ${this.site(line)}`)})`;
      return operator === '==' ? equal : `!(${equal})`;
    }
    const site = this.site(line, left, right);
    if (operator === '..') return this.result('concat', `${a}, ${b}, ${site}`);
    const areNumbers = [left.kind === 'number' ? '' : `typeof ${a} === 'number'`, right.kind === 'number' ? '' : `typeof ${b} === 'number'`].filter((test) => test !== '');
    const test = areNumbers.length === 0 ? 'true' : areNumbers.join(' && ');
    if (isComparison(operator)) {
      const [x, y] = operator.startsWith('>') ? [b, a] : [a, b];
      return `(${test} ? ${a} ${operator} ${b} : ${this.truth(operator.endsWith('=') ? 'lessOrEqual' : 'less', `${x}, ${y}, ${site}`)})`;
    }
    const name = ARITHMETIC[operator] ?? '';
    const fast = operator === '%' ? `S.modulo(${a}, ${b})` : operator === '^' ? `S.power(${a}, ${b})` : `${a} ${operator} ${b}`;
    return `${test} ? ${fast} : ${this.result('arithmetic', `'${name}', ${a}, ${b}, ${site}`)}`;
  }

  /** A comparison: a metamethod's result counts as true or false. */
  private truth(operation: string, args: string): string {
    if (!this.pausable) return `S.${operation}(${args})`;
    return `((s = S.find${operation.charAt(0).toUpperCase()}${operation.slice(1)}(${args})) instanceof LuaCall ? S.truth(s, yield s) : s)`;
  }

  private table(fields: TableConstructor['fields'], line: number): string {
    if (fields.length === 0) return 'new LuaTable()';
    if (fields.every(({ key }) => key === undefined)) {
      const list = this.list(fields.map(({ value }) => value));
      return `new LuaTable(${fields.length === 1 && isMulti(fields[0]?.value as Expression) ? `${list}.slice()` : list})`;
    }
    const base = this.temps;
    const table = this.temp();
    const list = this.temp();
    const hasList = fields.some(({ key }) => key === undefined);
    const steps = [`${table} = new LuaTable()`];
    if (hasList) steps.push(`${list} = []`);
    fields.forEach(({ key, value }, i) => {
      if (key === undefined) {
        if (i === fields.length - 1 && isMulti(value)) steps.push(`S.pushAll(${list}, ${this.multi(value)})`);
        else steps.push(`${list}.push(${this.value(value)})`);
      } else if (key.kind === 'string') {
        steps.push(`${table}.set(${this.string(key.value)}, ${this.value(value)})`);
      } else {
        steps.push(`S.setField(${table}, ${this.value(key)}, ${this.value(value)}, ${this.site(line)})`);
      }
    });
    if (hasList) steps.push(`S.setList(${table}, ${list})`);
    this.temps = base;
    return `(${[...steps, table].join(', ')})`;
  }

  // ─── names ───

  private variable(local: Local): string {
    const name = local.owner === this.tree ? nameOf(local) : `u${this.upvalueId(local)}`;
    return isCell(local) ? `${name}.v` : name;
  }

  private upvalueId(local: Local): number {
    return this.tree.upvalues.indexOf(local);
  }

  private temp(): string {
    const name = `x${this.temps++}`;
    this.maxTemps = Math.max(this.maxTemps, this.temps);
    return name;
  }

  private string(value: string): string {
    const { strings } = this.output;
    const index = strings.get(value) ?? strings.size;
    strings.set(value, index);
    return `k${index}`;
  }

  /** A string by which a field is read. */
  private fieldName(value: string): string {
    const index = Number(this.string(value).slice(1));
    this.output.names.add(index);
    return `n${index}`;
  }

  private site(line: number, left?: Expression, right?: Expression): string {
    const index = this.siteIndex({ line, left: left === undefined ? '' : describe(left), right: right === undefined ? '' : describe(right) });
    return `D[${index}]`;
  }

  private siteIndex(site: Partial<Site> & { line: number }): number {
    const index = this.output.sites.length;
    this.output.sites.push({
      index,
      chunk: this.output.chunk,
      left: '',
      right: '',
      callee: '',
      isMethod: false,
      isTail: false,
      ...site,
    });
    return index;
  }
}

/** What an error calls this expression (ldebug.c, `getobjname`). */
function describe(expression: Expression): string {
  switch (expression.kind) {
    case 'local':
      return `local '${printable(expression.local.name)}'`;
    case 'upvalue':
      return `upvalue '${printable(expression.local.name)}'`;
    case 'global':
      return `global '${printable(expression.name)}'`;
    case 'index':
      return `field '${expression.key.kind === 'string' ? printable(expression.key.value) : '?'}'`;
    case 'paren':
      return describe(expression.inner);
    case 'or':
      return maySkip(expression.left) ? describe(expression.right) : '';
    default:
      return '';
  }
}

/** Whether Lua's bytecode for `left or right` jumps from left to right: in `a and b or c` it names c, whatever has the value. */
function maySkip(left: Expression): boolean {
  if (left.kind === 'paren') return maySkip(left.inner);
  if (left.kind !== 'and') return false;
  const condition = left.left.kind === 'paren' ? left.left.inner : left.left;
  return !['true', 'number', 'string', 'or'].includes(condition.kind);
}

function calleeName(expression: Expression): string {
  return /'(.*)'$/s.exec(describe(expression))?.[1] ?? '?';
}

/** C's strings end at a zero byte. */
function printable(name: string): string {
  return name.split('\0', 1)[0] ?? '';
}

function nameOf(local: Local): string {
  return `v${local.id}`;
}

/** A variable that closures hold and that changes is kept in an object which all of them share. */
function isCell(local: Local): boolean {
  return local.captured && local.assigned;
}

function isMulti(expression: Expression): boolean {
  return expression.kind === 'call' || expression.kind === 'vararg';
}

function isConstant(expression: Expression): boolean {
  return ['nil', 'true', 'false', 'number', 'string'].includes(expression.kind);
}

/** Reading it does nothing, and may be done twice. */
function isSimple(expression: Expression): boolean {
  return isConstant(expression) || ((expression.kind === 'local' || expression.kind === 'upvalue') && !isCell(expression.local));
}

/** Its value cannot change any more. */
function isFixed(expression: Expression): boolean {
  return isConstant(expression) || ((expression.kind === 'local' || expression.kind === 'upvalue') && !expression.local.assigned);
}

function isComparison(operator: BinaryOperator): boolean {
  return ['==', '~=', '<', '<=', '>', '>='].includes(operator);
}

/** A number as JavaScript writes it. */
function number(value: number): string {
  if (value === Infinity || value !== value) return value === Infinity ? 'Infinity' : 'NaN';
  return value < 0 || Object.is(value, -0) ? `(-${String(-value)})` : String(value);
}

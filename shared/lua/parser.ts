import { Lexer, type Token } from './lexer.ts';
import type { BinaryOperator, Call, Expression, FunctionTree, Local, Statement, TableConstructor } from './tree.ts';

/** How deep the text of a script may nest: `LUAI_MAXCCALLS`, less the call that compiles. */
const MAX_LEVELS = 199;
/** Lua's other bounds (luaconf.h). */
const MAX_TARGETS = 200;
const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;

/** How strongly an operator binds to its left and to its right; `..` and `^` lean to the right. */
const PRIORITY = new Map<string, [left: number, right: number]>([
  ['or', [1, 1]], ['and', [2, 2]],
  ['<', [3, 3]], ['>', [3, 3]], ['<=', [3, 3]], ['>=', [3, 3]], ['~=', [3, 3]], ['==', [3, 3]],
  ['..', [5, 4]], ['+', [6, 6]], ['-', [6, 6]], ['*', [7, 7]], ['/', [7, 7]], ['%', [7, 7]], ['^', [10, 9]],
]);
const UNARY_PRIORITY = 8;
const BLOCK_END = new Set(['else', 'elseif', 'end', 'until', '<eof>']);

/** The tree of a script (lparser.c). Throws `LuaError` with Lua's texts. `levels`: how deep its text may nest. */
export function parse(source: string, chunk: string, levels = MAX_LEVELS): FunctionTree {
  return new Parser(new Lexer(source, chunk), levels).parseScript();
}

/** The names that a block sees, and the block around it. */
interface Scope {
  names: Map<string, Local>;
  outer: Scope | undefined;
  tree: FunctionTree;
  isLoop: boolean;
}

class Parser {
  private readonly lexer: Lexer;
  private token: Token;
  private ahead: Token | undefined;
  /** The line of the token before this one. */
  private lastLine = 1;
  private levelsLeft: number;
  private scope: Scope;
  /** How many variables are in sight in each function: Lua keeps them in 200 registers. */
  private readonly active = new Map<FunctionTree, number>();

  constructor(lexer: Lexer, levels: number) {
    this.lexer = lexer;
    this.levelsLeft = levels;
    this.scope = newScope(newTree(undefined, 'main chunk', 0), undefined);
    this.token = lexer.next();
  }

  parseScript(): FunctionTree {
    const { tree } = this.scope;
    tree.isVararg = true;
    tree.body = this.statements();
    this.check('<eof>');
    return tree;
  }

  // ─── statements ───

  private block(isLoop = false): Statement[] {
    const { scope } = this;
    this.scope = newScope(scope.tree, scope, isLoop);
    const body = this.statements();
    this.leave(scope);
    return body;
  }

  private leave(outer: Scope): void {
    const { tree } = this.scope;
    this.active.set(tree, (this.active.get(tree) ?? 0) - this.scope.names.size);
    this.scope = outer;
  }

  private statements(): Statement[] {
    this.enterLevel();
    const body: Statement[] = [];
    while (!BLOCK_END.has(this.token.type)) {
      const statement = this.statement();
      body.push(statement);
      this.accept(';');
      if (statement.kind === 'return' || statement.kind === 'break') break;
    }
    this.levelsLeft++;
    return body;
  }

  private statement(): Statement {
    const { line } = this.token;
    switch (this.token.type) {
      case 'if':
        return this.ifStatement(line);
      case 'while': {
        this.advance();
        const condition = this.expression();
        this.expect('do');
        const body = this.block(true);
        this.match('end', 'while', line);
        return { kind: 'while', condition, body };
      }
      case 'do': {
        this.advance();
        const body = this.block();
        this.match('end', 'do', line);
        return { kind: 'do', body };
      }
      case 'for':
        return this.forStatement(line);
      case 'repeat':
        return this.repeatStatement(line);
      case 'function':
        return this.functionStatement(line);
      case 'local':
        this.advance();
        return this.accept('function') ? this.localFunction() : this.localStatement();
      case 'return':
        this.advance();
        return { kind: 'return', values: BLOCK_END.has(this.token.type) || this.is(';') ? [] : this.expressions() };
      case 'break':
        this.advance();
        if (!this.isInLoop()) this.failHere('no loop to break');
        return { kind: 'break' };
      default:
        return this.expressionStatement();
    }
  }

  private ifStatement(line: number): Statement {
    const branches: { condition: Expression; body: Statement[] }[] = [];
    let otherwise: Statement[] | undefined;
    do {
      this.advance();
      const condition = this.expression();
      this.expect('then');
      branches.push({ condition, body: this.block() });
    } while (this.token.type === 'elseif');
    if (this.accept('else')) otherwise = this.block();
    this.match('end', 'if', line);
    return { kind: 'if', branches, otherwise };
  }

  /** The condition after `until` sees the variables of the body. */
  private repeatStatement(line: number): Statement {
    this.advance();
    const { scope } = this;
    this.scope = newScope(scope.tree, scope, true);
    const body = this.statements();
    this.match('until', 'repeat', line);
    const condition = this.expression();
    this.leave(scope);
    return { kind: 'repeat', body, condition };
  }

  private forStatement(line: number): Statement {
    this.advance();
    const names = [this.name()];
    if (this.token.type === '=') {
      this.advance();
      const start = this.expression();
      this.expect(',');
      const limit = this.expression();
      const step = this.accept(',') ? this.expression() : undefined;
      const { locals, body } = this.forBody(names, line);
      return { kind: 'numericFor', local: locals[0] as Local, start, limit, step, body, line };
    }
    if (this.token.type !== ',' && this.token.type !== 'in') this.failHere("'=' or 'in' expected");
    while (this.accept(',')) names.push(this.name());
    this.expect('in');
    const valuesLine = this.token.line;
    const values = this.expressions();
    const { locals, body } = this.forBody(names, line);
    return { kind: 'genericFor', locals, values, body, line: valuesLine };
  }

  private forBody(names: string[], line: number): { locals: Local[]; body: Statement[] } {
    const { scope } = this;
    // Lua has three hidden variables here, which count
    this.scope = newScope(scope.tree, scope, true);
    for (const hidden of ['(for a)', '(for b)', '(for c)']) this.declare(hidden);
    this.expect('do');
    const inner = newScope(scope.tree, this.scope);
    const outer = this.scope;
    this.scope = inner;
    const locals = names.map((name) => this.declare(name));
    const body = this.block();
    this.leave(outer);
    this.leave(scope);
    this.match('end', 'for', line);
    return { locals, body };
  }

  private functionStatement(line: number): Statement {
    this.advance();
    let target = this.variable(this.name());
    let name = nameOf(target);
    let isMethod = false;
    while (!isMethod && (this.token.type === '.' || this.token.type === ':')) {
      isMethod = this.token.type === ':';
      this.advance();
      const key = this.name();
      target = { kind: 'index', object: target, key: { kind: 'string', value: key, line: this.lastLine }, line: this.lastLine };
      name = key;
    }
    this.assignable(target);
    const value = this.functionBody(name, isMethod, line);
    return { kind: 'assign', targets: [target], values: [value], line };
  }

  private localFunction(): Statement {
    const name = this.name();
    const local = this.declare(name);
    // the function sees the variable before it has its value
    local.assigned = true;
    return { kind: 'localFunction', local, tree: this.functionBody(name, false, this.token.line).tree };
  }

  private localStatement(): Statement {
    const names = [this.name()];
    while (this.accept(',')) names.push(this.name());
    const values = this.accept('=') ? this.expressions() : [];
    return { kind: 'local', locals: names.map((name) => this.declare(name)), values };
  }

  private expressionStatement(): Statement {
    const first = this.primary();
    if (first.kind === 'call') return { kind: 'call', call: first };
    const targets: Expression[] = [first];
    this.assignable(first);
    while (this.accept(',')) {
      const target = this.primary();
      this.assignable(target);
      targets.push(target);
      if (targets.length > MAX_TARGETS) this.lexer.fail(`too many variables in assignment (limit is ${MAX_TARGETS})`);
    }
    this.expect('=');
    const values = this.expressions();
    return { kind: 'assign', targets, values, line: this.lastLine };
  }

  private assignable(target: Expression): void {
    if (!isAssignable(target)) this.failHere('syntax error');
    if (target.kind === 'local' || target.kind === 'upvalue') target.local.assigned = true;
  }

  // ─── expressions ───

  private expressions(): Expression[] {
    const list = [this.expression()];
    while (this.accept(',')) list.push(this.expression());
    return list;
  }

  private expression(limit = 0): Expression {
    this.enterLevel();
    let left = this.unaryOrSimple();
    for (;;) {
      const operator = this.token.type;
      const priority = PRIORITY.get(operator);
      if (priority === undefined || priority[0] <= limit) break;
      this.advance();
      const right = this.expression(priority[1]);
      left =
        operator === 'and' || operator === 'or'
          ? { kind: operator, left, right, line: this.lastLine }
          : { kind: 'binary', operator: operator as BinaryOperator, left, right, line: this.lastLine };
    }
    this.levelsLeft++;
    return left;
  }

  private unaryOrSimple(): Expression {
    const operator = this.token.type;
    if (operator === 'not' || operator === '-' || operator === '#') {
      this.advance();
      const operand = this.expression(UNARY_PRIORITY);
      if (operator === '-' && operand.kind === 'number') return { kind: 'number', value: -operand.value, line: operand.line };
      return { kind: 'unary', operator, operand, line: this.lastLine };
    }
    return this.simple();
  }

  private simple(): Expression {
    const { type, text, number, line } = this.token;
    switch (type) {
      case '<number>':
        this.advance();
        return { kind: 'number', value: number, line };
      case '<string>':
        this.advance();
        return { kind: 'string', value: text, line };
      case 'nil':
      case 'true':
      case 'false':
        this.advance();
        return { kind: type, line };
      case '...':
        if (!this.scope.tree.isVararg) this.failHere("cannot use '...' outside a vararg function");
        this.advance();
        return { kind: 'vararg', line };
      case '{':
        return this.table();
      case 'function':
        this.advance();
        return this.functionBody('anonymous', false, line);
      default:
        return this.primary();
    }
  }

  /** A name or an expression in parentheses, and all that follows it: `.name`, `[key]`, `:method()`, `()`. */
  private primary(): Expression {
    let expression = this.prefix();
    for (;;) {
      const { line } = this.token;
      switch (this.token.type) {
        case '.': {
          this.advance();
          const name = this.name();
          expression = { kind: 'index', object: expression, key: { kind: 'string', value: name, line }, line: this.lastLine };
          break;
        }
        case '[': {
          this.advance();
          const key = this.expression();
          this.expect(']');
          expression = { kind: 'index', object: expression, key, line: this.lastLine };
          break;
        }
        case ':': {
          this.advance();
          const method = this.name();
          expression = this.call(expression, method);
          break;
        }
        case '(':
        case '<string>':
        case '{':
          expression = this.call(expression, undefined);
          break;
        default:
          return expression;
      }
    }
  }

  private prefix(): Expression {
    if (this.token.type === '<name>') return this.variable(this.name());
    const { line } = this.token;
    if (!this.accept('(')) this.failHere('unexpected symbol');
    const inner = this.expression();
    this.match(')', '(', line);
    return { kind: 'paren', inner, line: inner.line };
  }

  private call(callee: Expression, method: string | undefined): Call {
    const { type, line } = this.token;
    let args: Expression[];
    if (type === '(') {
      if (line !== this.lastLine) this.failHere('ambiguous syntax (function call x new statement)');
      this.advance();
      args = this.token.type === ')' ? [] : this.expressions();
      this.match(')', '(', line);
    } else if (type === '<string>' || type === '{') {
      args = [this.simple()];
    } else {
      this.failHere('function arguments expected');
    }
    return { kind: 'call', callee, method, args, line };
  }

  private table(): TableConstructor {
    const { line } = this.token;
    this.expect('{');
    const fields: TableConstructor['fields'] = [];
    while (this.token.type !== '}') {
      fields.push(this.field());
      if (!this.accept(',') && !this.accept(';')) break;
    }
    this.match('}', '{', line);
    return { kind: 'table', fields, line: this.lastLine };
  }

  private field(): TableConstructor['fields'][number] {
    const { type, line } = this.token;
    if (type === '<name>' && this.peek().type === '=') {
      const key: Expression = { kind: 'string', value: this.name(), line };
      this.expect('=');
      return { key, value: this.expression() };
    }
    if (type === '[') {
      this.advance();
      const key = this.expression();
      this.expect(']');
      this.expect('=');
      return { key, value: this.expression() };
    }
    return { key: undefined, value: this.expression() };
  }

  private functionBody(name: string, isMethod: boolean, line: number): { kind: 'function'; tree: FunctionTree; line: number } {
    const outer = this.scope;
    const tree = newTree(outer.tree, name, line);
    this.scope = newScope(tree, outer);
    if (isMethod) tree.parameters.push(this.declare('self'));
    this.expect('(');
    if (this.token.type !== ')') {
      do {
        if (this.accept('...')) {
          tree.isVararg = true;
          break;
        }
        if (this.token.type !== '<name>') this.failHere("<name> or '...' expected");
        tree.parameters.push(this.declare(this.name()));
      } while (this.accept(','));
    }
    this.expect(')');
    tree.body = this.statements();
    this.match('end', 'function', line);
    this.scope = outer;
    return { kind: 'function', tree, line: this.lastLine };
  }

  // ─── names ───

  private declare(name: string): Local {
    const { scope } = this;
    const { tree } = scope;
    const local = { name, id: tree.locals++, owner: tree, captured: false, assigned: false };
    const count = (this.active.get(tree) ?? 0) + 1;
    if (count > MAX_LOCALS) this.failLimit(tree, MAX_LOCALS, 'local variables');
    // a name declared twice in a block is two variables; the key keeps the count right
    if (scope.names.has(name)) scope.names.set(`${name} ${local.id}`, scope.names.get(name) as Local);
    scope.names.set(name, local);
    this.active.set(tree, count);
    return local;
  }

  private variable(name: string): Expression {
    const line = this.lastLine;
    for (let scope: Scope | undefined = this.scope; scope !== undefined; scope = scope.outer) {
      const local = scope.names.get(name);
      if (local === undefined) continue;
      if (scope.tree === this.scope.tree) return { kind: 'local', local, line };
      local.captured = true;
      for (let tree: FunctionTree | undefined = this.scope.tree; tree !== undefined && tree !== local.owner; tree = tree.parent) {
        if (tree.upvalues.includes(local)) continue;
        tree.upvalues.push(local);
        if (tree.upvalues.length > MAX_UPVALUES) this.failLimit(tree, MAX_UPVALUES, 'upvalues');
      }
      return { kind: 'upvalue', local, line };
    }
    return { kind: 'global', name, line };
  }

  private isInLoop(): boolean {
    for (let scope: Scope | undefined = this.scope; scope?.tree === this.scope.tree; scope = scope.outer) {
      if (scope.isLoop) return true;
    }
    return false;
  }

  // ─── tokens ───

  private advance(): void {
    this.lastLine = this.token.line;
    this.token = this.ahead ?? this.lexer.next();
    this.ahead = undefined;
  }

  private peek(): Token {
    this.ahead ??= this.lexer.next();
    return this.ahead;
  }

  private is(type: string): boolean {
    return this.token.type === type;
  }

  private accept(type: string): boolean {
    if (this.token.type !== type) return false;
    this.advance();
    return true;
  }

  private check(type: string): void {
    if (this.token.type !== type) this.failHere(`'${type}' expected`);
  }

  private expect(type: string): void {
    this.check(type);
    this.advance();
  }

  /** What closes something that a line further up has opened: an error says where. */
  private match(type: string, opening: string, line: number): void {
    if (this.accept(type)) return;
    if (line === this.token.line) this.check(type);
    this.failHere(`'${type}' expected (to close '${opening}' at line ${line})`);
  }

  private name(): string {
    const { text } = this.token;
    this.expect('<name>');
    return text;
  }

  private failHere(text: string): never {
    const { type, shown, line } = this.token;
    this.lexer.line = line;
    const code = type.length === 1 ? type.charCodeAt(0) : 32;
    if (shown !== '') this.lexer.fail(text, shown);
    // a null byte has no name
    if (code === 0) this.lexer.fail(text);
    this.lexer.fail(text, code < 32 || code === 127 ? `char(${code})` : type);
  }

  private failLimit(tree: FunctionTree, limit: number, what: string): never {
    const where = tree.line === 0 ? 'main function' : `function at line ${tree.line}`;
    this.lexer.fail(`${where} has more than ${limit} ${what}`);
  }

  private enterLevel(): void {
    if (--this.levelsLeft < 0) this.lexer.fail('chunk has too many syntax levels');
  }
}

function newTree(parent: FunctionTree | undefined, name: string, line: number): FunctionTree {
  return { parent, name, line, parameters: [], isVararg: false, upvalues: [], locals: 0, body: [] };
}

function newScope(tree: FunctionTree, outer: Scope | undefined, isLoop = false): Scope {
  return { names: new Map(), outer, tree, isLoop };
}

function isAssignable(expression: Expression): boolean {
  const { kind } = expression;
  return kind === 'local' || kind === 'upvalue' || kind === 'global' || kind === 'index';
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'global') return expression.name;
  return expression.kind === 'local' || expression.kind === 'upvalue' ? expression.local.name : 'anonymous';
}

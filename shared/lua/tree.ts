/** A local variable. Whether a closure holds it, and whether it is assigned to, decides how it is kept. */
export interface Local {
  /** Its name in the script: for errors alone. */
  name: string;
  /** Its number in the function: for the generated code. */
  id: number;
  owner: FunctionTree;
  captured: boolean;
  /** Something is assigned to it after its declaration. */
  assigned: boolean;
}

/** A function of the script; the script itself is one. */
export interface FunctionTree {
  parent: FunctionTree | undefined;
  name: string;
  line: number;
  parameters: Local[];
  isVararg: boolean;
  /** Variables of functions around this one that it, or one inside it, uses. */
  upvalues: Local[];
  locals: number;
  body: Statement[];
}

/** `line`: where an error of this expression is reported. */
export type Expression =
  | { kind: 'nil' | 'true' | 'false' | 'vararg'; line: number }
  | { kind: 'number'; value: number; line: number }
  | { kind: 'string'; value: string; line: number }
  | { kind: 'local'; local: Local; line: number }
  | { kind: 'upvalue'; local: Local; line: number }
  | { kind: 'global'; name: string; line: number }
  | { kind: 'index'; object: Expression; key: Expression; line: number }
  | Call
  | { kind: 'function'; tree: FunctionTree; line: number }
  | { kind: 'and' | 'or'; left: Expression; right: Expression; line: number }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression; line: number }
  | { kind: 'unary'; operator: 'not' | '-' | '#'; operand: Expression; line: number }
  | { kind: 'paren'; inner: Expression; line: number }
  | TableConstructor;

/** `object:method(args)` has a method, and passes the object as first argument. */
export interface Call {
  kind: 'call';
  callee: Expression;
  method: string | undefined;
  args: Expression[];
  line: number;
}

/** A field without a key stands in the list of 1, 2, 3 … */
export interface TableConstructor {
  kind: 'table';
  fields: { key: Expression | undefined; value: Expression }[];
  line: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '^' | '..' | '==' | '~=' | '<' | '<=' | '>' | '>=';

export type Statement =
  | { kind: 'local'; locals: Local[]; values: Expression[] }
  | { kind: 'localFunction'; local: Local; tree: FunctionTree }
  | { kind: 'assign'; targets: Expression[]; values: Expression[]; line: number }
  | { kind: 'call'; call: Call }
  | { kind: 'do'; body: Statement[] }
  | { kind: 'while'; condition: Expression; body: Statement[] }
  | { kind: 'repeat'; body: Statement[]; condition: Expression }
  | { kind: 'if'; branches: { condition: Expression; body: Statement[] }[]; otherwise: Statement[] | undefined }
  | { kind: 'numericFor'; local: Local; start: Expression; limit: Expression; step: Expression | undefined; body: Statement[]; line: number }
  | { kind: 'genericFor'; locals: Local[]; values: Expression[]; body: Statement[]; line: number }
  | { kind: 'return'; values: Expression[] }
  | { kind: 'break' };

import { join } from 'node:path';
import { SyntaxKind, type Expression, type Node, type SourceFile } from 'typescript/unstable/ast';
import * as is from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';
import { PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { diffStage } from '#shared/tools/diff/stages.ts';

/** One place where a file can be made wrong: an operator, a condition or a constant. */
export interface RandomMutant {
  /** Inside the stage's folder. */
  readonly file: string;
  readonly line: number;
  /** The bytes to replace: [start, end) of the file's text. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The expression before and after, for people. */
  readonly before: string;
  readonly after: string;
}

const OPERATORS: Partial<Record<SyntaxKind, string>> = {
  [SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [SyntaxKind.LessThanToken]: '<=',
  [SyntaxKind.LessThanEqualsToken]: '<',
  [SyntaxKind.GreaterThanToken]: '>=',
  [SyntaxKind.GreaterThanEqualsToken]: '>',
  [SyntaxKind.AmpersandAmpersandToken]: '||',
  [SyntaxKind.BarBarToken]: '&&',
  [SyntaxKind.PlusToken]: '-',
  [SyntaxKind.MinusToken]: '+',
  [SyntaxKind.AsteriskToken]: '/',
  [SyntaxKind.SlashToken]: '*',
  [SyntaxKind.PercentToken]: '*',
  [SyntaxKind.AmpersandToken]: '|',
  [SyntaxKind.BarToken]: '&',
  [SyntaxKind.LessThanLessThanToken]: '>>',
  [SyntaxKind.GreaterThanGreaterThanToken]: '<<',
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken]: '<<',
  [SyntaxKind.PlusEqualsToken]: '-=',
  [SyntaxKind.MinusEqualsToken]: '+=',
};

/** Every single change that can be made in the stage's own files that are new in it, in the order of the files. */
export function placesToChange(stage: Stage, root = PROJECT_ROOT): RandomMutant[] {
  const isOwn = (file: string) => file.endsWith('.ts') && !file.startsWith('shared/');
  const files = diffStage(stage, root).files.filter(({ kind, file }) => kind === 'new' && isOwn(file));
  const api = new API({ cwd: root });
  try {
    const project = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects()[0]!;
    return files.flatMap(({ file }) => {
      const source = project.program.getSourceFile(join(root, stage.dir, file));
      if (source === undefined) throw new Error(`the compiler does not know ${file}`);
      return mutantsOf(file, source);
    });
  } finally {
    api.close();
  }
}

function mutantsOf(file: string, source: SourceFile): RandomMutant[] {
  const found: RandomMutant[] = [];
  const { text } = source;
  /** The range of a node without the blanks and comments before it. */
  const range = (node: Node) => ({ start: node.getStart(source), end: node.end });
  const add = (place: { start: number; end: number }, replacement: string, shown: Node) => {
    const { start, end } = range(shown);
    const line = text.slice(0, place.start).split('\n').length;
    const [left, right] = [text.slice(start, place.start), text.slice(place.end, end)];
    const show = (changed: string) => oneLine(left, changed, right);
    found.push({ file, line, ...place, replacement, before: show(text.slice(place.start, place.end)), after: show(replacement) });
  };
  const negate = (condition: Expression) => {
    const place = range(condition);
    add(place, `!(${text.slice(place.start, place.end)})`, condition);
  };
  const visit = (node: Node): void => {
    if (is.isTypeNode(node) || is.isImportDeclaration(node)) return;
    if (is.isBinaryExpression(node)) {
      const operator = OPERATORS[node.operatorToken.kind];
      if (operator !== undefined) add(range(node.operatorToken), operator, node);
    }
    if (is.isIfStatement(node) || is.isWhileStatement(node)) negate(node.expression);
    if (is.isConditionalExpression(node)) negate(node.condition);
    if (is.isNumericLiteral(node)) add(range(node), `(${node.getText(source)} + 1)`, node.parent);
    if (is.isTrueLiteral(node)) add(range(node), 'false', node.parent);
    if (is.isFalseLiteral(node)) add(range(node), 'true', node.parent);
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

const CONTEXT = 40;

/** The change in one line, with some of the text around it. */
function oneLine(left: string, changed: string, right: string): string {
  const before = left.length > CONTEXT ? `…${left.slice(-CONTEXT)}` : left;
  const after = right.length > CONTEXT ? `${right.slice(0, CONTEXT)}…` : right;
  return (before + changed + after).replaceAll(/\s+/g, ' ');
}

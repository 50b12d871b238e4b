import type { CommandTable } from '#shared/commands/command-table.ts';
import { hashPassword, isPasswordHash } from './passwords.ts';
import { BAD_HASH, NO_SUCH_PASSWORD, RuleError } from './rule-error.ts';
import { applySelectorRule } from './selector-rule.ts';
import { assignRules, createSelector, createUser, type User } from './user.ts';

/** The facts besides the user that rules depend on. */
export interface RuleContext {
  readonly commands: CommandTable;
  /** Whether a new selector allows all channels (`acl-pubsub-default`). */
  readonly allChannels: boolean;
}

/** Changes a user by one rule of ACL SETUSER (Redis: `ACLSetUser`). @throws RuleError; then nothing has changed */
export function applyRule(context: RuleContext, user: User, rule: string): void {
  if (rule === '') return;
  const word = WORDS[rule.toLowerCase()];
  if (word !== undefined) word(user, context);
  else if (rule[0] === '>' || rule[0] === '#') addPassword(user, rule);
  else if (rule[0] === '<' || rule[0] === '!') removePassword(user, rule);
  else if (rule[0] === '(' && rule.endsWith(')')) addSelector(context, user, rule);
  else applySelectorRule(context, user.root, rule);
}

const WORDS: Record<string, (user: User, context: RuleContext) => void> = {
  on: (user) => (user.enabled = true),
  off: (user) => (user.enabled = false),
  nopass(user) {
    user.nopass = true;
    user.passwords.clear();
  },
  resetpass(user) {
    user.nopass = false;
    user.passwords.clear();
  },
  'sanitize-payload': (user) => (user.sanitizePayload = true),
  'skip-sanitize-payload': (user) => (user.sanitizePayload = false),
  clearselectors: (user) => (user.selectors = []),
  reset,
};

/** Makes the user as new: all earlier rules are gone. */
function reset(user: User, { allChannels }: RuleContext): void {
  assignRules(user, createUser(user.name, allChannels));
}

function addPassword(user: User, rule: string): void {
  user.passwords.add(hashOf(rule));
  user.nopass = false;
}

function removePassword(user: User, rule: string): void {
  if (!user.passwords.delete(hashOf(rule))) throw new RuleError(NO_SUCH_PASSWORD);
}

/** A password follows `>` and `<`, its hash follows `#` and `!`. */
function hashOf(rule: string): string {
  const text = rule.slice(1);
  if (rule[0] === '>' || rule[0] === '<') return hashPassword(text);
  if (!isPasswordHash(text)) throw new RuleError(BAD_HASH);
  return text;
}

/** `(+get ~cache:*)`: rules for a selector of its own (Redis: `aclCreateSelectorFromOpSet`). */
function addSelector(context: RuleContext, user: User, rule: string): void {
  const selector = createSelector(context.allChannels);
  for (const word of rule.slice(1, -1).split(' ')) if (word !== '') applySelectorRule(context, selector, word);
  user.selectors.push(selector);
}

/**
 * Puts together what belongs between parentheses: `(+get`, `~x)` are one rule (Redis: `ACLMergeSelectorArguments`).
 * @throws RuleError that names the rule which is not closed
 */
export function mergeSelectors(rules: readonly string[]): string[] {
  const merged: string[] = [];
  let open: string | undefined;
  for (const rule of rules) {
    if (open !== undefined) open += ` ${rule}`;
    else if (rule.startsWith('(')) open = rule;
    else merged.push(rule);
    if (open?.endsWith(')')) {
      merged.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new RuleError(`Unmatched parenthesis in acl selector starting at '${open.split(' ')[0]}'.`);
  return merged;
}

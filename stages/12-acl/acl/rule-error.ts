/** Why a rule cannot be applied, in Redis's words (`ACLSetUserStringError`). */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** A rule as errors may show it: what follows these marks is a password, or its hash. */
export function shownRule(rule: string): string {
  return /^[><#!]/.test(rule) ? `${rule[0]}(redacted)` : rule;
}

/** In the order in which Redis lists them. */
export const UNKNOWN = 'Unknown command or category name in ACL';
export const SYNTAX = 'Syntax error';
export const AFTER_ALL_KEYS =
  "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try " +
  "'resetkeys' to start with an empty list of patterns";
export const AFTER_ALL_CHANNELS =
  "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try " +
  "'resetchannels' to start with an empty list of channels";
export const NO_SUCH_PASSWORD = 'The password you are trying to remove from the user does not exist';
export const BAD_HASH = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';
export const FIRST_ARGUMENT_OF_SUBCOMMAND = 'Allowing first-arg of a subcommand is not supported';

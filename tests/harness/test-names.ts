import type { TestCase } from 'vitest/node';

/** Tests chosen by a piece of their names: `npm test 03 -- -t "text"`. */
export interface Choice {
  readonly text: string;
  /** What Vitest looks for in the full name of a test, as `fullName` makes it. */
  readonly pattern: RegExp;
}

/**
 * The text is taken literally, in either case. What the judge prints may be pasted: failures show ` > ` between groups and
 * names, and a group's heading has the suite's number in front, `10 · step 1: members with scores`.
 */
export function chooseByName(text: string): Choice {
  const name = text.replace(/^\s*\d{2} · /, '');
  return { text, pattern: new RegExp(literally(name).replaceAll(' > ', '(?: >)? '), 'i') };
}

/** What Vitest looks for to find a test by its title, with or without the names of groups before it. */
export function endingWith(name: string): RegExp {
  return new RegExp(`(?:^| )${literally(name)}$`);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The name that Vitest compares with the pattern: the names of the groups and of the test, with blanks between. */
export function fullName(test: TestCase): string {
  const names = [test.name];
  for (let group = test.parent; group.type === 'suite'; group = group.parent) names.unshift(group.name);
  return names.join(' ');
}

const AT_MOST = 3;

/** The line for a text that no name contains, with those that share the most words with it, the shortest first. */
export function noSuchTest(text: string, names: readonly string[]): string {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1);
  const shared = (name: string) => words.filter((word) => name.toLowerCase().includes(word)).length;
  const most = Math.max(0, ...names.map(shared));
  const near = [...new Set(names)]
    .filter((name) => most > 0 && shared(name) === most)
    .sort((a, b) => a.length - b.length)
    .slice(0, AT_MOST);
  const hint = near.length === 0 ? '' : `; near it: ${near.map((name) => `"${name}"`).join(', ')}`;
  return `No test's name contains "${text}"${hint}`;
}

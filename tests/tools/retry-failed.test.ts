import { expect, test } from 'vitest';
import { runToolIn, scratchProject, type Scratch } from './scratch.ts';

const LONG = { timeout: 120_000 };

const TRIES = `
import { expect, test } from 'vitest';

let tries = 0;

test('passes the second time', () => expect(++tries, 'how often it ran').toBe(2));
test('fails each time', () => expect('what came').toBe('what was expected'));
test('passes at once', () => {});
`;

function project(text: string): Scratch {
  return scratchProject({ 'tests/tries/tries.test.ts': text }, ['test'], ['tests/vitest.config.ts']);
}

/** `npm test tries` in such a project, and what it printed. */
function npmTest({ root }: Scratch, ...flags: string[]) {
  const { code, stdout, stderr } = runToolIn(root, 'test', ['tries', ...flags], { CI: 'false' });
  expect(stderr).toBe('');
  return { code, lines: stdout.trimEnd().split('\n') };
}

const count = (lines: string[], pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;

/** The names that are listed at the end, after a heading. */
function listed(lines: string[], heading: RegExp): string[] {
  const at = lines.findIndex((line) => heading.test(line));
  const names = at === -1 ? [] : lines.slice(at + 1);
  const end = names.findIndex((line) => !line.startsWith('  ✗ '));
  return names.slice(0, end);
}

test('--retry-failed counts a test by its last try, and lists with its first failure one that passed then', LONG, () => {
  const { code, lines } = npmTest(project(TRIES), '--retry-failed');
  expect(lines[0]).toMatch(/^✗ project +tries\/tries +2 passed, 1 failed/);
  expect(listed(lines, /^Failed, and passed when run again:$/)).toEqual(['  ✗ project › passes the second time']);
  expect(count(lines, /how often it ran: expected 1 to be 2/)).toBe(1);
  expect(listed(lines, /^Failed:$/)).toEqual(['  ✗ project › fails each time']);
  expect(count(lines, /expected 'what came' to be 'what was expected'/)).toBe(1);
  expect(lines.at(-1)).toBe('2 passed, 1 failed');
  expect(code).toBe(1);
});

test('--retry-failed ends with 0 when each test has passed at last', LONG, () => {
  const { code, lines } = npmTest(project(TRIES.replace(/^test\('fails.*\n/m, '')), '--retry-failed');
  expect(lines.at(-1)).toBe('2 passed, 0 failed');
  expect(code).toBe(0);
});

test('without it a test runs once', LONG, () => {
  const { code, lines } = npmTest(project(TRIES));
  expect(listed(lines, /^Failed, and passed when run again:$/)).toEqual([]);
  expect(listed(lines, /^Failed:$/)).toEqual(['  ✗ project › passes the second time', '  ✗ project › fails each time']);
  expect(lines.at(-1)).toBe('1 passed, 2 failed');
  expect(code).toBe(1);
});

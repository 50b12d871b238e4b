import type { Case, CaseOutcome } from './lab.ts';

const WIDTHS = [10, 10, 15, 10];

/** The line above those of the cases. */
export const HEADER = row(['primary', 'replica', 'link', 'asks for']) + 'syncs: full, partial; keys compared';

/** A line of the table; what is wrong follows in lines of its own. */
export function showOutcome({ primary, replica, link, login }: Case, { full, partial, keys, said, problems }: CaseOutcome): string {
  const good = said.length > 0 ? `refused\n    ${said.join('\n    ')}` : `${full}, ${partial}; ${keys} equal`;
  return row([primary, replica, link, login]) + (problems.length === 0 ? good : `WRONG\n${problems.slice(0, 20).join('\n')}`);
}

function row(columns: readonly string[]): string {
  return columns.map((text, at) => text.padEnd(WIDTHS[at]!)).join('');
}

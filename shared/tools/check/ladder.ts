import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allStages } from '#shared/manifest.ts';
import { ToolError } from '../tool-error.ts';
import type { Check } from './check.ts';

const BEGIN = '<!-- ladder -->';
const END = '<!-- /ladder -->';

/** The README's table of stages is the one that the manifest gives. */
export const ladderCheck: Check = {
  name: 'the ladder in README.md is the manifest\'s',
  run(root) {
    const text = readReadme(root);
    const expected = text && withLadder(text, root);
    if (!expected) return { problems: [`README.md has no place for it, between ${BEGIN} and ${END}`] };
    return { problems: text === expected ? [] : ['it is out of date; npm run check -- --write renews it'] };
  },
};

/**
 * Puts the manifest's table between the README's markers.
 * @returns whether anything changed
 * @throws ToolError when there is no README.md or it has no markers
 */
export function writeLadder(root: string): boolean {
  const text = readReadme(root);
  const renewed = text && withLadder(text, root);
  if (!renewed) throw new ToolError(`README.md needs the markers ${BEGIN} and ${END} around the place of the ladder`);
  if (renewed !== text) writeFileSync(join(root, 'README.md'), renewed);
  return renewed !== text;
}

function readReadme(root: string): string | undefined {
  const path = join(root, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function withLadder(text: string, root: string): string | undefined {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) return undefined;
  return `${text.slice(0, begin + BEGIN.length)}\n${ladder(root)}\n${text.slice(end)}`;
}

/** A row a stage; what is there already is linked. */
function ladder(root: string): string {
  const rows = allStages(root).map(({ number, name, dir, idea, works, built }) => {
    const label = `${number}-${name}`;
    const chapter = `docs/${label}.md`;
    const stage = built ? `[${label}](${dir})` : label;
    const read = existsSync(join(root, chapter)) ? `[${idea}](${chapter})` : idea;
    return `| ${stage} | ${read} | ${works} |`;
  });
  return ['| stage | the one idea | what works at its end |', '|---|---|---|', ...rows].join('\n');
}

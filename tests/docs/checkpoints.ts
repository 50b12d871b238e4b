import { prose } from './markdown.ts';

/** A command of a page that runs tests chosen by their names: `npm test 02 -- -t "lazy expiry"`. */
export interface Checkpoint {
  /** The number of the suite. */
  readonly suite: string;
  readonly text: string;
}

/** The checkpoints of a page. A bare `-t "…"` in the prose belongs to the suite named before it. */
export function checkpoints(markdown: string): Checkpoint[] {
  const found: Checkpoint[] = [];
  for (const match of prose(markdown).matchAll(/`(?:npm test (\d\d) -- (?:--cmd "[^"`]*" )?)?-t "([^"`]+)"`/g)) {
    const suite = match[1] ?? found.at(-1)?.suite;
    if (suite !== undefined) found.push({ suite, text: match[2]! });
  }
  return found;
}

/** The titles of the numbered steps: `## Step 2: requests cut anywhere`. */
export function stepTitles(markdown: string): string[] {
  return [...markdown.matchAll(/^## Step \d+: (.+)$/gm)].map((match) => match[1]!);
}

/** A fenced block of a Markdown file. */
export interface Fence {
  /** `ts`, `redis-cli`, `sh` … or ''. */
  readonly language: string;
  /** What follows the language: `file=…` and `stage=…` by name, bare words as ''. */
  readonly attributes: Record<string, string>;
  readonly lines: readonly string[];
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
}

export function fences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let open: { fence: Fence & { lines: string[] }; indent: string } | null = null;
  markdown.split('\n').forEach((text, at) => {
    const mark = /^(\s*)```(.*)$/.exec(text);
    if (open === null) {
      if (mark) open = { fence: { ...info(mark[2]!), lines: [], line: at + 1 }, indent: mark[1]! };
    } else if (mark && mark[2]!.trim() === '') {
      found.push(open.fence);
      open = null;
    } else {
      open.fence.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text);
    }
  });
  return found;
}

/** The text outside of fenced blocks. */
export function prose(markdown: string): string {
  return markdown.replace(/^\s*```.*\n[^]*?^\s*```\s*$/gm, '');
}

/** What stands between backticks in the prose. */
export function codeWords(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
}

/** Where relative links of the prose lead, without their anchors. */
export function links(markdown: string): string[] {
  const targets = [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!.replace(/#.*$/, ''));
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

function info(text: string): Pick<Fence, 'language' | 'attributes'> {
  const [language = '', ...words] = text.trim().split(/\s+/);
  return {
    language,
    attributes: Object.fromEntries(words.map((word) => [word.split('=')[0]!, word.split('=').slice(1).join('=')])),
  };
}

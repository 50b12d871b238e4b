import { totals } from './format.ts';
import { STYLE } from './html-style.ts';
import type { NotedDiff, Section } from './reading-order.ts';

/**
 * A diff as one page that needs no network and no script: the files with sizes and notes, then the hunks. Old and new
 * lines of a changed file stand side by side, on a narrow screen one above the other.
 */
export function htmlPage(title: string, sections: readonly Section[]): string {
  const files = sections.flatMap((section) => section.files);
  const most = Math.max(1, ...files.map(({ added, removed }) => added + removed));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p>${totals(files)}</p>
</header>
<nav>
${sections.map((section) => fileList(section, most)).join('\n')}
</nav>
<main>
${sections.map(hunksOf).join('\n')}
</main>
</body>
</html>
`;
}

function fileList({ title, files }: Section, most: number): string {
  const rows = files.map((diff) => {
    const { file, kind, added, removed, note } = diff;
    const bar = (name: string, lines: number) => `<i class="${name}" style="width:${((lines / most) * 100).toFixed(1)}%"></i>`;
    return `<li><a href="#${idOf(diff)}">${escape(file)}</a> <span class="kind">${kind}</span> ${sizes(added, removed)}
<span class="bar">${bar('plus', added)}${bar('minus', removed)}</span>${noteOf(note)}</li>`;
  });
  return `${heading(title)}<ol>\n${rows.join('\n')}\n</ol>`;
}

function hunksOf({ title, files }: Section): string {
  return heading(title) + files.map(fileHunks).join('\n');
}

function heading(title: string): string {
  return title === '' ? '' : `<h2>${title}</h2>\n`;
}

function fileHunks(diff: NotedDiff): string {
  const { file, kind, added, removed, note, hunks } = diff;
  const head = `<summary><b>${escape(file)}</b> <span class="kind">${kind}</span> ${sizes(added, removed)}</summary>`;
  const body = kind === 'changed' ? sideBySide(hunks) : oneSide(hunks, kind === 'new' ? 'plus' : 'minus');
  return `<details open id="${idOf(diff)}">${head}${noteOf(note)}<div class="code">${body}</div></details>`;
}

/** Lines of a hunk that belong together: unchanged ones, or those that were replaced and what replaced them. */
interface Block {
  readonly changed: boolean;
  readonly old: string[];
  readonly now: string[];
}

function sideBySide(hunks: readonly string[]): string {
  let html = '';
  let blocks: Block[] = [];
  const flush = () => {
    html += blocks.map(blockHtml).join('');
    blocks = [];
  };
  let [oldLine, newLine] = [0, 0];
  for (const line of hunks) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)/.exec(line);
    if (header) {
      flush();
      [oldLine, newLine] = [Number(header[1]), Number(header[2])];
      html += `<div class="at">line ${newLine}${escape(header[3]!)}</div>`;
      continue;
    }
    if (line.startsWith('\\')) continue;
    const changed = !line.startsWith(' ');
    let block = blocks.at(-1);
    if (block?.changed !== changed) blocks.push((block = { changed, old: [], now: [] }));
    if (!line.startsWith('+')) block.old.push(lineHtml(line, oldLine++));
    if (!line.startsWith('-')) block.now.push(lineHtml(line, newLine++));
  }
  flush();
  return html;
}

function blockHtml({ changed, old, now }: Block): string {
  const side = (name: string, lines: string[]) => `<div class="${name}">${lines.join('')}</div>`;
  return `<div class="${changed ? 'change' : 'same'}">${side('old', old)}${side('now', now)}</div>`;
}

function oneSide(hunks: readonly string[], name: 'plus' | 'minus'): string {
  const lines = hunks.filter((line) => line.startsWith('+') || line.startsWith('-'));
  return `<div class="whole ${name}">${lines.map((line, at) => lineHtml(line, at + 1)).join('')}</div>`;
}

function lineHtml(line: string, number: number): string {
  const code = line.slice(1);
  const isComment = /^\s*(\/\/|\/?\*)/.test(code);
  return `<p data-n="${number}"${isComment ? ' class="c"' : ''}>${escape(code)}</p>`;
}

function sizes(added: number, removed: number): string {
  return `<span class="plus">+${added}</span>${removed > 0 ? ` <span class="minus">−${removed}</span>` : ''}`;
}

function noteOf(note: string): string {
  return note === '' ? '' : `<div class="note">${escape(note).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</div>`;
}

function idOf({ file }: NotedDiff): string {
  return escape(file.replaceAll(' ', '-'));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

import { byPipeline, ratio, type Report } from './report.ts';

const WIDTH = 760;
const LEFT = 110;
const RIGHT = 60;
const TOP = 64;
const BAR = 11;
const GROUP_GAP = 9;
/** One for each pipeline, in order; both stand out on white and on black. */
const COLOURS = ['#3b82c4', '#e08a1e', '#4a9d5b', '#b05cc0'];

/** A bar for each test and pipeline: requests of the stage for one of Redis. A line at 1.0 is where they are level. */
export function ratioChart(report: Report): string {
  const groups = byPipeline(report);
  const tests = [...new Set(report.comparisons.map(({ test }) => test))];
  const end = Math.max(1.25, Math.ceil(Math.max(...report.comparisons.map(ratio)) * 4) / 4);
  const x = (value: number) => LEFT + (value / end) * (WIDTH - LEFT - RIGHT);
  const groupHeight = groups.length * BAR + GROUP_GAP;
  const bottom = TOP + tests.length * groupHeight;
  const height = bottom + 28;
  const box = `0 0 ${WIDTH} ${height}`;
  const title = `Stage ${report.stage}: requests per second for one of redis-server ${report.redis}`;

  const bars = tests.flatMap((test, i) => {
    const y = TOP + i * groupHeight;
    const ofTest = groups.flatMap(({ rows }, k) => {
      const row = rows.find((each) => each.test === test);
      return row ? bar({ from: x(0), to: x(ratio(row)), y: y + k * BAR, value: ratio(row), colour: colour(k) }) : [];
    });
    return [text(LEFT - 8, y + (groups.length * BAR) / 2 + 4, test, 'end'), ...ofTest];
  });
  const legend = groups.flatMap(({ pipeline, mean }, k) => [
    `<rect x="${LEFT + k * 210}" y="36" width="11" height="11" fill="${colour(k)}"/>`,
    text(LEFT + 16 + k * 210, 46, `P=${pipeline}, geometric mean ${mean.toFixed(2)}`, 'start'),
  ]);
  const axis = Array.from({ length: Math.round(end * 4) + 1 }, (_, i) => i / 4).flatMap((value) => [
    line(x(value), TOP - 6, bottom, value === 1 ? 'level' : 'grid'),
    text(x(value), bottom + 16, value.toFixed(2), 'middle'),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="${box}" width="${WIDTH}" height="${height}">`,
    `<title>${title}</title>`,
    STYLE,
    text(LEFT, 22, title, 'start', 'head'),
    ...legend,
    ...axis,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.head { font-size: 14px; font-weight: 600; }
.value { font-size: 10px; }
.grid { stroke: #8c959f; stroke-opacity: 0.3; }
.level { stroke: #24292f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #d8dee4; }
  .level { stroke: #d8dee4; }
}
</style>`;

function colour(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

interface Bar {
  from: number;
  to: number;
  y: number;
  value: number;
  colour: string;
}

function bar({ from, to, y, value, colour }: Bar): string[] {
  const rect = `<rect x="${from}" y="${y}" width="${fixed(to - from)}" height="${BAR - 1}" fill="${colour}"/>`;
  return [rect, text(to + 4, y + BAR - 2, value.toFixed(2), 'start', 'value')];
}

function line(x: number, top: number, bottom: number, kind: string): string {
  return `<line class="${kind}" x1="${fixed(x)}" x2="${fixed(x)}" y1="${top}" y2="${bottom}"/>`;
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', kind?: string): string {
  const style = kind === undefined ? '' : ` class="${kind}"`;
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text${style} x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escaped}</text>`;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

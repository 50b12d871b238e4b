import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';
import { COURSE_SCRIPTS, type Course } from './course.ts';
import type { Starter } from './starters.ts';

const PACKAGES = { dependencies: ['chalk', 'tsx'], devDependencies: ['@types/node', 'typescript'] } as const;

/** The copy's package.json: our packages at the very versions that are installed here. */
export function packageJson(name: string, stage: Stage, root: string, course: Course): string {
  const ours = readJson(join(root, 'package.json')) as { engines?: object };
  const pinned = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, versionOf(one, root)]));
  return json({
    name: packageName(name),
    version: '0.1.0',
    description: `A Redis server that goes on from stage ${stage.number}, ${stage.name}`,
    private: true,
    type: 'module',
    engines: ours.engines,
    imports: { '#shared/*': './shared/*' },
    scripts: { start: 'node --import tsx server/main.ts', typecheck: 'tsc --noEmit', ...COURSE_SCRIPTS },
    course,
    dependencies: pinned(PACKAGES.dependencies),
    devDependencies: pinned(PACKAGES.devDependencies),
  });
}

/** The package.json of a server in another language: it needs no package. */
export function starterPackageJson(name: string, { cmd, ...course }: Course): string {
  const scripts = { start: cmd.replace('{port} {flags}', '7001'), ...COURSE_SCRIPTS };
  return json({ name: packageName(name), version: '0.1.0', private: true, type: 'module', scripts, course: { ...course, cmd } });
}

function packageName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '') || 'my-redis';
}

/** Our compiler options, for the copy's two folders. */
export function tsconfigJson(root: string): string {
  return json({ ...(readJson(join(root, 'tsconfig.json')) as object), include: ['server', 'shared'], exclude: undefined });
}

/** The README of a copy. */
export function readme(name: string, stage: Stage): string {
  return `# ${name}

A Redis server of my own. It began as a copy of stage ${stage.number}, ${stage.name}: ${stage.idea}.

\`\`\`
npm install
npm start -- --port 7001
redis-cli -p 7001
\`\`\`

- \`server/\` is the server; begin reading at \`server/main.ts\` and \`server/server.ts\`.
- \`shared/\` holds what the server uses: the RESP parser and encoder, the log, the reading of options.
- \`npm run typecheck\` checks the types.
${JUDGE}`;
}

/** The README of a folder with a server in another language. */
export function starterReadme(name: string, stage: Stage, { file, cmd }: Starter): string {
  return `# ${name}

A Redis server of my own, on the way to stage ${stage.number}, ${stage.name}. It listens, and sends no replies yet. Continue in \`${file}\`.

\`\`\`
npm start
npm test
\`\`\`

- \`npm test\` starts the server with \`${cmd}\`.
${JUDGE}`;
}

const JUDGE = `- \`npm test\` judges the server; \`npm test 02\` judges it by another stage; \`npm test -- -t PING\` runs some of the tests.
- \`npm run hint\` gives a hint, and \`npm run diff 02\` shows what stage 02 adds.
- The entry "course" in package.json holds the path of the course, and the command that starts the server.
`;

/** Files that the server and npm create. */
export const GITIGNORE = 'node_modules/\n*.log\n*.rdb\nappendonlydir/\n';

function versionOf(name: string, root: string): string {
  const installed = join(root, 'node_modules', name, 'package.json');
  if (existsSync(installed)) return (readJson(installed) as { version: string }).version;
  const ours = readJson(join(root, 'package.json')) as Record<string, Record<string, string> | undefined>;
  return ours['dependencies']?.[name] ?? ours['devDependencies']?.[name] ?? '*';
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

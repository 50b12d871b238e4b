import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '#shared/manifest.ts';

const PACKAGES = { dependencies: ['chalk', 'tsx'], devDependencies: ['@types/node', 'typescript'] } as const;

/** The copy's package.json: our packages at the very versions that are installed here. */
export function packageJson(name: string, stage: Stage, root: string): string {
  const ours = readJson(join(root, 'package.json')) as { engines?: object };
  const pinned = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, versionOf(one, root)]));
  return json({
    name: name.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '') || 'my-redis',
    version: '0.1.0',
    description: `A Redis server that goes on from stage ${stage.number}, ${stage.name}`,
    private: true,
    type: 'module',
    engines: ours.engines,
    imports: { '#shared/*': './shared/*' },
    scripts: { start: 'node --import tsx server/main.ts', typecheck: 'tsc --noEmit' },
    dependencies: pinned(PACKAGES.dependencies),
    devDependencies: pinned(PACKAGES.devDependencies),
  });
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
npm start -- --port 7000
redis-cli -p 7000
\`\`\`

- \`server/\` is the server; begin reading at \`server/main.ts\` and \`server/server.ts\`.
- \`shared/\` is what it stands on: the RESP parser and encoder, the log, the reading of options.
- \`npm run typecheck\` asks the compiler.
`;
}

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

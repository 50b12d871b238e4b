import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '#shared/manifest.ts';

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const argv = ['--import', import.meta.resolve('tsx'), resolve(PROJECT_ROOT, 'shared/tools/crash.ts'), ...args];
  return spawnSync(process.execPath, argv, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

describe('npm run crash', () => {
  test('tells its scenarios and policies', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const word of ['plain', 'auto-rewrite', 'full-sync', 'torn-tail', 'always, everysec, no']) {
      expect(stdout).toContain(word);
    }
  });

  test.each([
    [['05'], /^stage 05 keeps nothing on disk: that begins with stage 06\n$/],
    [['06', '--scenario', 'plain'], /^stage 06 cannot do plain: stage 07 brings it\n$/],
    [['--target', 'redis', '--scenario', 'meteor'], /^--scenario knows no 'meteor'; there are plain /],
    [['--target', 'redis', '--power-cut'], /^--power-cut needs a stage\n$/],
  ] as const)('%j is refused in a line', (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });
});

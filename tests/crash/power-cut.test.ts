import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeFolder } from './lab.ts';
import { cutPower, recordOf, SYNCED_SIZES } from './power-cut.ts';

const PRELOAD = new URL('record-syncs.ts', import.meta.url).href;

/** Writes `synced` and syncs it in one of Node's ways, then writes `lost`. Named imports, as the stages have them. */
const WAYS: Record<string, string> = {
  fdatasync: `import { fdatasync, openSync, writeSync } from 'node:fs';
    const fd = openSync('file', 'a'); writeSync(fd, 'synced');
    fdatasync(fd, () => {}); writeSync(fd, 'lost');`,
  'FileHandle.sync, then renamed': `import { open, rename } from 'node:fs/promises';
    const file = await open('temp', 'a'); await file.write('synced'); await file.sync(); await file.write('lost');
    await rename('temp', 'file');`,
  ftruncateSync: `import { fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
    const fd = openSync('file', 'a'); writeSync(fd, 'synced, and then cut'); fsyncSync(fd);
    ftruncateSync(fd, 6); writeSync(fd, 'lost');`,
};

test.each(Object.entries(WAYS))('a power cut leaves what %s has synced', (_name, script) => {
  const dir = mkdtempSync(join(tmpdir(), 'crash-power-'));
  try {
    writeFileSync(join(dir, 'script.mjs'), script);
    const argv = ['--import', import.meta.resolve('tsx'), '--import', PRELOAD, 'script.mjs'];
    const env = { ...process.env, [SYNCED_SIZES]: recordOf(dir) };
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: dir, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('syncedlost');
    expect(cutPower(dir)).toBe('lost'.length + script.length);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('synced');
  } finally {
    removeFolder(dir);
  }
});

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { identityOf, SYNCED_SIZES } from './power-cut.ts';

// Loaded before a stage (`--import`): each fsync that has succeeded is recorded before its caller is notified,
// with the size that the file had when fsync was called. So after a SIGKILL one knows what a
// power cut would have left.
const path = process.env[SYNCED_SIZES];
if (path === undefined) throw new Error(`${SYNCED_SIZES} is not set`);
const record = fs.openSync(path, 'a');

type Done = (error: NodeJS.ErrnoException | null) => void;

/** `+` a size that was synced; `=` a size that a file was cut to. */
function note(sign: '+' | '=', stats: fs.Stats): void {
  if (stats.isFile()) fs.writeSync(record, `${sign} ${identityOf(stats)} ${stats.size}\n`);
}

for (const name of ['fsync', 'fdatasync'] as const) {
  const original = fs[name];
  const recording = (fd: number, done: Done) => {
    const stats = fs.fstatSync(fd);
    original(fd, (error) => {
      if (!error) note('+', stats);
      done(error);
    });
  };
  Object.assign(fs, { [name]: recording });
}

for (const name of ['fsyncSync', 'fdatasyncSync'] as const) {
  const original = fs[name];
  const recording = (fd: number) => {
    const stats = fs.fstatSync(fd);
    original(fd);
    note('+', stats);
  };
  Object.assign(fs, { [name]: recording });
}

const { truncateSync, ftruncateSync, truncate, ftruncate } = fs;
Object.assign(fs, {
  truncateSync(file: fs.PathLike, size?: number) {
    truncateSync(file, size);
    note('=', fs.statSync(file));
  },
  ftruncateSync(fd: number, size?: number) {
    ftruncateSync(fd, size);
    note('=', fs.fstatSync(fd));
  },
  truncate(file: fs.PathLike, size: number, done: Done) {
    truncate(file, size, (error) => {
      if (!error) note('=', fs.statSync(file));
      done(error);
    });
  },
  ftruncate(fd: number, size: number, done: Done) {
    ftruncate(fd, size, (error) => {
      if (!error) note('=', fs.fstatSync(fd));
      done(error);
    });
  },
});
syncBuiltinESMExports();

const handle = await fs.promises.open(path, 'r');
const prototype = Object.getPrototypeOf(handle) as fs.promises.FileHandle;
await handle.close();
for (const name of ['sync', 'datasync'] as const) {
  const original = prototype[name];
  prototype[name] = async function (this: fs.promises.FileHandle) {
    const stats = await this.stat();
    await original.call(this);
    note('+', stats);
  };
}

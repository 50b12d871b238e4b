import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rowsOf } from './failure.ts';
import { expect, rdbFile, readFile, resp, reusedServer, type Client, type OwnServer } from './suite.ts';

/** Flags of a server with an append-only file that is rewritten on request alone. */
export const AOF = ['--save', '', '--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];
export const MANIFEST = 'appendonly.aof.manifest';
export const INCR = 'appendonly.aof.1.incr.aof';
export const FIRST = ['file appendonly.aof.1.base.rdb seq 1 type b', `file ${INCR} seq 1 type i`];
export const BASE = rdbFile('\xfe\0\0\x04base\x041234');

/** Kills the server (SIGKILL) and starts it again. */
export async function survive(s: OwnServer): Promise<Client> {
  await s.kill();
  await s.restart();
  return s.client();
}

/** A server that has been killed, with these files in its folder for append-only files. */
export async function prepared(files: Record<string, string>): Promise<OwnServer> {
  const s = await reusedServer(...AOF);
  await s.kill();
  place(s, files);
  return s;
}

/** Puts these files in the place of what is in the folder for append-only files. */
export function place(s: OwnServer, files: Record<string, string>): void {
  const dir = join(s.dir, 'appendonlydir');
  rmSync(dir, { recursive: true });
  mkdirSync(dir);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes, 'latin1');
}

/** A folder as a server leaves it: a base with `base`, with these requests after it. */
export function written(...requests: string[][]): Record<string, string> {
  const log = [['SELECT', '0'], ...requests].map((request) => resp(...request)).join('');
  return { 'appendonly.aof.1.base.rdb': BASE, [INCR]: log, [MANIFEST]: `${FIRST.join('\n')}\n` };
}

export const SETS = Array.from({ length: 5 }, (_, at) => ['SET', `k${at}`, `v${at}`]);

/** Starts on each of the folders: exit code 1, the message, the files as they were. */
export async function refused(rows: [what: string, files: Record<string, string>, message: RegExp][], ...flags: string[]) {
  const s = await prepared({});
  for (const [what, files, message] of rows) {
    place(s, files);
    const ending = await s.restart(...AOF, ...flags).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    if (!ending.includes('exit code 1 ') || !message.test(ending)) throw new Error(notRefused(what, message, ending));
    for (const [name, bytes] of Object.entries(files)) expect(readFile(s, 'appendonlydir', name), what).toBe(bytes);
  }
  place(s, written());
  await s.restart(...AOF);
  await (await s.client()).expect('GET', 'base').bulk('1234');
}

function notRefused(what: string, message: RegExp, ending: string): string {
  const [how, printed = ''] = ending.split(/\n {2}output:\n/);
  const rows: [string, string][] = [
    ['started', `on a folder with ${what}`],
    ['expected', `exit code 1, and output that matches ${message}`],
    ['received', how!.split('\n')[0]!],
  ];
  const output = printed.trim().split(/\s*\n\s*/).slice(-3).join(' | ');
  return rowsOf(output === '' ? rows : [...rows, ['output', output]]);
}

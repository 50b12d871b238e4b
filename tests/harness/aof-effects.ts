import { rowsOf } from './failure.ts';
import { logged, reusedServer, until, type Client, type OwnServer } from './suite.ts';

const AOF = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no', '--enable-debug-command', 'yes'];
/** How far the server's clock may be from the test's, in ms. */
const SLACK_MS = 5_000;

export interface Log {
  s: OwnServer;
  c: Client;
  /** Sends the requests, texts or lists of words, and resolves to what the server appended to the file meanwhile. */
  of(...commands: (string | string[])[]): Promise<string[]>;
  /** Resolves to what the server appended to the file while `body` ran. */
  during(body: () => Promise<unknown>): Promise<string[]>;
}

let markers = 0;

/** A server with an append-only file, and functions that read what is appended to it. */
export async function log(): Promise<Log> {
  const s = await reusedServer(...AOF);
  const c = await s.client();
  const during: Log['during'] = async (body) => {
    const before = await mark(s);
    await body();
    const after = await mark(s);
    // A marker is `SET marker:N`, in database 9, which no test uses.
    const requests = logged(s).map((request) => request.join(' '));
    const [start, end] = [requests.indexOf(before), requests.indexOf(after)];
    return requests.slice(start + 1, end).filter((request) => request !== 'SELECT 9');
  };
  const of: Log['of'] = (...commands) =>
    during(async () => {
      for (const command of commands) await c.send(...(typeof command === 'string' ? command.split(' ') : command));
    });
  return { s, c, of, during };
}

/** Sends a request that no test sends, and waits until it is in the file: then all earlier requests are there too. */
export async function mark(s: OwnServer): Promise<string> {
  const marker = `SET marker:${++markers} x`;
  const c = await s.client();
  await c.expect('SELECT', 9).ok();
  await c.expect(...marker.split(' ')).ok();
  await until(() => logged(s).some((request) => request.join(' ') === marker), 'the request in the file');
  return marker;
}

/** The requests without SELECT, for tests to which the database does not matter. */
export const unselected = (requests: string[]) => requests.filter((request) => !/^SELECT /i.test(request));

/** Each command as a client sends it, and the requests that the file must hold; `T+100`: a Unix time in ms, 100 s from now. */
export async function becomes(rows: [command: string, ...file: string[]][]): Promise<void> {
  const { c, during } = await log();
  for (const [command, ...file] of rows) {
    const came = unselected(await during(() => c.expect(...command.split(' ')).success()));
    const held = came.map((request, at) => withTimes(request, file[at] ?? '')).join(', ');
    if (held !== file.join(', ')) throw new Error(otherEffect(command, file.join(', '), held));
  }
}

function otherEffect(command: string, expected: string, held: string): string {
  const times = expected.replace(/T\+(\d+)/g, '<the time in ms, $1 s from now>');
  return rowsOf([
    ['sent', command],
    ['expected', `in the log: ${times || 'nothing'}`],
    ['received', `in the log: ${held || 'nothing'}`],
  ]);
}

/** The request with `T+N` in place of each time for which the model has `T+N`, if the time is right. */
export function withTimes(request: string, model: string): string {
  const words = model.split(' ');
  return request
    .split(' ')
    .map((word, at) => {
      const seconds = /^T\+(\d+)$/.exec(words[at] ?? '')?.[1];
      const right = Math.abs(Number(word) - Date.now() - Number(seconds) * 1_000) < SLACK_MS;
      return seconds !== undefined && right ? words[at] : word;
    })
    .join(' ');
}

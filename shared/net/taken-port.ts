import { connect, createServer } from 'node:net';

/** How long the program that has the port may take to answer, in ms. */
const ANSWER_MS = 1_000;
/** The first port to suggest; the chapters use it. */
const FIRST_SUGGESTED = 7001;

/**
 * The message for the operator when a port is taken: which program uses the port, and which flag helps. Such as
 * `the port is in use: a Redis 7.0.15 answers there; try --port 7001`.
 */
export async function describeTakenPort(host: string, port: number, flag = '--port'): Promise<string> {
  const answer = await answerOf(REACHABLE[host] ?? host, port);
  // npm passes on only the flags after `--`.
  const dashes = process.env['npm_lifecycle_event'] === 'stage' ? '-- ' : '';
  return `the port is in use: ${nameOf(answer)}; try ${dashes}${flag} ${await freePortFrom(FIRST_SUGGESTED)}`;
}

const REACHABLE: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function nameOf(answer: string): string {
  const version = /^redis_version:([\w.]+)/m.exec(answer);
  if (version) return `a Redis ${version[1]} answers there`;
  if (/^-NOAUTH/.test(answer)) return 'a Redis that asks for a password answers there';
  return 'another program has it';
}

/** The reply to INFO within the time; '' when none comes. */
function answerOf(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write('*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n'));
    let answer = '';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(finish, ANSWER_MS);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (/^redis_version:[^\n]*\n|^-[^\n]*\n/m.test(answer)) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

async function freePortFrom(first: number): Promise<number> {
  for (let port = first; ; port++) if (await isFree(port)) return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/**
 * A program of its own, so that no other work delays it: sends PING to the port given, ten milliseconds after the
 * last answer. For each answer that took longer than 50 ms it prints a line of JSON: when the PING was sent (Unix time in
 * ms), how long the answer took, by how much a timer of this program was late meanwhile, and how long the server was ready to
 * run and got no processor (Linux's schedstat): both are the machine's doing.
 * When stdin ends it prints how many answers came.
 */
const LONG_MS = 50;

const [port, pid] = process.argv.slice(2).map(Number);
const socket = connect({ port: port!, host: '127.0.0.1', noDelay: true });
let sent = 0;
let late = 0;
let queuedBefore = 0;
let count = 0;

let due = performance.now() + 5;
setInterval(() => {
  late = Math.max(late, performance.now() - due);
  due = performance.now() + 5;
}, 5);

/** How long the server's main thread has waited for a processor since it began; ms, or 0 where the system does not say. */
function queued(): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

function ping(): void {
  sent = performance.now();
  late = 0;
  queuedBefore = queued();
  socket.write('*1\r\n$4\r\nPING\r\n');
}

socket.on('data', () => {
  const took = performance.now() - sent;
  count++;
  if (took > LONG_MS) console.log(JSON.stringify({ at: performance.timeOrigin + sent, took, late, queued: queued() - queuedBefore }));
  setTimeout(ping, 10);
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
socket.once('connect', () => {
  console.log('ready');
  ping();
});
process.stdin.resume();
process.stdin.once('end', () => process.stdout.write(`${JSON.stringify({ count })}\n`, () => process.exit(0)));

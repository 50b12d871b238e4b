import { connect } from 'node:net';

/**
 * A program of its own, so that no other work delays it: says `ready`, sends PING every millisecond to the port
 * given, whether the last was answered or not, until stdin ends; then prints as JSON how long each answer took, and by
 * how much it was late itself at worst, in ms.
 */
const port = Number(process.argv[2]);
const socket = connect({ port, host: '127.0.0.1', noDelay: true });
const sentAt: number[] = [];
const took: number[] = [];

socket.on('data', (chunk) => {
  const now = performance.now();
  // Each answer is +PONG\r\n: seven bytes, and one line feed.
  for (const byte of chunk) if (byte === 0x0a) took.push(now - sentAt.shift()!);
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});

let due = 0;
let late = 0;
let timer: NodeJS.Timeout;
socket.once('connect', () => {
  console.log('ready');
  timer = setInterval(() => {
    const now = performance.now();
    if (due > 0) late = Math.max(late, now - due);
    due = now + 1;
    sentAt.push(now);
    socket.write('*1\r\n$4\r\nPING\r\n');
  }, 1);
});

process.stdin.resume();
process.stdin.once('end', () => {
  clearInterval(timer);
  setTimeout(() => {
    // A pipe takes long output in pieces: the end of the process waits for the last one.
    process.stdout.write(JSON.stringify({ took, late }), () => process.exit(0));
  }, 50);
});

import { connect, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { endConnection, listen } from '#shared/net/listen.ts';
import { until } from '../harness/time.ts';

/** What a server saw of one connection. */
interface Seen {
  socket: Socket;
  data: string;
  closed: number;
}

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Listens on a free port; `onData` is called with each chunk. */
async function start(onData: (seen: Seen, text: string) => void): Promise<{ port: number; seen: Seen[]; server: Server }> {
  const seen: Seen[] = [];
  const server = await listen({ at: { host: '127.0.0.1', port: 0 }, backlog: 511, onError: () => {} }, (socket) => {
    const connection: Seen = { socket, data: '', closed: 0 };
    seen.push(connection);
    return {
      data(buffer, length) {
        const text = buffer.toString('latin1', 0, length);
        connection.data += text;
        onData(connection, text);
      },
      close: () => connection.closed++,
    };
  });
  servers.push(server);
  return { port: (server.address() as { port: number }).port, seen, server };
}

/** A client whose own end stays open when the server ends. */
async function open(port: number): Promise<{ socket: Socket; text: () => string; ended: () => boolean }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  let [text, ended] = ['', false];
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.on('end', () => (ended = true));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, text: () => text, ended: () => ended };
}

describe('connections', () => {
  test('many at once: each gets its own bytes, though all read into one buffer', async () => {
    const { port, seen } = await start(({ socket }, text) => socket.write(text, 'latin1'));
    const clients = await Promise.all(Array.from({ length: 50 }, () => open(port)));
    for (let round = 0; round < 20; round++) clients.forEach(({ socket }, at) => socket.write(`<${at}.${round}>`));
    const expected = (at: number) => Array.from({ length: 20 }, (_, round) => `<${at}.${round}>`).join('');
    await until(() => clients.every(({ text }, at) => text().length === expected(at).length), 'all echoes');
    clients.forEach(({ text }, at) => expect(text()).toBe(expected(at)));
    expect(seen.map(({ data }) => data).sort()).toEqual(clients.map((_, at) => expected(at)).sort());
  });

  test('what is answered later than the other side ended still arrives', async () => {
    const { port, seen } = await start(({ socket }, text) => setImmediate(() => socket.write(text.repeat(1000), 'latin1')));
    const { socket, text, ended } = await open(port);
    socket.end('x'.repeat(65_536));
    await until(ended, 'the end');
    expect(text()).toHaveLength(65_536_000);
    await until(() => seen[0]!.closed === 1, 'the connection to be gone');
  });

  test('a connection that breaks is closed once, and no data comes after', async () => {
    const { port, seen } = await start(({ socket }) => socket.destroy());
    const { socket } = await open(port);
    socket.write('a'.repeat(1_000_000));
    await until(() => seen[0]?.closed === 1, 'the connection to be gone');
    const { length } = seen[0]!.data;
    const second = await open(port);
    second.socket.write('b');
    await until(() => seen[1]?.closed === 1, 'the second to be gone');
    expect(seen[0]).toMatchObject({ closed: 1, data: 'a'.repeat(length) });
    expect(length).toBeLessThanOrEqual(65_536);
  });

  test('writing to one that was reset is no error', async () => {
    const { port, seen } = await start(() => {});
    const { socket } = await open(port);
    await until(() => seen.length === 1, 'the connection');
    socket.resetAndDestroy();
    await until(() => {
      seen[0]!.socket.write('x'.repeat(1000));
      return seen[0]!.closed === 1;
    }, 'the connection to be gone');
    seen[0]!.socket.write('x');
    endConnection(seen[0]!.socket);
  });
});

describe('endConnection', () => {
  test('what was written arrives, with bytes unread on their way; then it is gone, though the client keeps its end open', async () => {
    const { port, seen } = await start(({ socket }) => {
      if (socket.writableEnded) return;
      socket.write('bye'.repeat(100_000));
      endConnection(socket);
      endConnection(socket);
    });
    const { socket, text, ended } = await open(port);
    for (let i = 0; i < 20; i++) socket.write('x'.repeat(65_536));
    await until(ended, 'the end');
    expect(text()).toBe('bye'.repeat(100_000));
    await until(() => seen[0]!.closed === 1, 'the connection to be gone');
  });

  /** A server that answers the first byte with bye and ends the connection, and a client that goes on sending. */
  const goOn = async (bye: string) => {
    const { port, seen } = await start(({ socket }) => {
      if (socket.writableEnded) return;
      socket.write(bye);
      endConnection(socket);
    });
    const client = await open(port);
    client.socket.write('x');
    return { ...client, seen: () => seen[0]! };
  };
  const MB = 1024 * 1024;

  test('a client that sends without end gets the reply, and is cut; little of what it sends is read', async () => {
    const { socket, text, seen } = await goOn('bye');
    const flood = () => {
      while (!socket.destroyed && socket.bytesWritten < 64 * MB && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', flood);
    flood();
    await until(() => socket.destroyed, 'the connection to be gone');
    expect(text()).toBe('bye');
    expect(seen().socket.bytesRead).toBeGreaterThan(MB);
    expect(seen().socket.bytesRead).toBeLessThan(2 * MB);
  });

  test('one that sends byte by byte is cut', async () => {
    const { socket, text } = await goOn('bye');
    const drip = setInterval(() => socket.write('x'), 10);
    await until(() => socket.destroyed, 'the connection to be gone').finally(() => clearInterval(drip));
    expect(text()).toBe('bye');
  });

  test('one that reads slowly is served; when it stops reading it is cut, whatever it sends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { socket, text, seen } = await goOn('b'.repeat(100 * MB));
      // Each time more than the kernels' buffers hold.
      for (let read = 16 * MB; read <= 64 * MB; read += 16 * MB) {
        socket.resume();
        await until(() => text().length > read, 'more');
        socket.pause();
        vi.advanceTimersByTime(10_000);
        expect(seen().closed, `the connection is open, with ${text().length} bytes read`).toBe(0);
      }
      socket.write('x');
      await until(() => seen().socket.bytesRead === 2, 'the byte to arrive');
      await until(() => {
        vi.advanceTimersByTime(10_000);
        return seen().closed === 1;
      }, 'the connection to be gone');
    } finally {
      vi.useRealTimers();
    }
  });

  test('a connection that is not read from is read again, to see its end', async () => {
    const { port, seen } = await start(({ socket }) => socket.pause());
    const { socket, ended } = await open(port);
    socket.write('x');
    await until(() => seen[0]?.data === 'x', 'the byte');
    endConnection(seen[0]!.socket);
    await until(ended, 'the end');
    socket.end('y');
    await until(() => seen[0]!.closed === 1, 'the connection to be gone');
    expect(seen[0]!.socket.bytesRead).toBe(2);
  });
});

describe('the server', () => {
  test('close waits for the connections, and for no longer', async () => {
    const { port, seen, server } = await start(({ socket }, text) => socket.write(text, 'latin1'));
    const { socket, text } = await open(port);
    let closed = false;
    server.close(() => (closed = true));
    socket.write('still here');
    await until(() => text() === 'still here', 'the echo');
    expect(closed).toBe(false);
    socket.end();
    await until(() => closed, 'the server to be closed');
    expect(seen[0]!.closed).toBe(1);
  });

  test('a port in use is an error', async () => {
    const { port } = await start(() => {});
    const again = listen({ at: { host: '127.0.0.1', port }, backlog: 1, onError: () => {} }, () => ({ data() {}, close() {} }));
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

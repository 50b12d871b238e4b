import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Backlog } from '../../stages/08-replication/replication/backlog.ts';
import { Replica } from '../../stages/08-replication/replication/replica.ts';

const MEGABYTES = 4 * 1024 * 1024;

/** A socket that takes all writes at once, up to the given number of bytes; `got` counts the bytes written. */
function socketTaking(limit: number) {
  return {
    got: 0,
    get writableLength() {
      return Math.max(0, this.got - limit);
    },
    write(bytes: Buffer) {
      this.got += bytes.length;
      return true;
    },
    cork() {},
    uncork() {},
  };
}

function replicaOf(socket: ReturnType<typeof socketTaking>) {
  const client = { socket: socket as unknown as Socket, closing: false };
  const replica = new Replica(client as never, undefined as never, { linkWritten: 0 });
  replica.state = 'online';
  replica.next = 1;
  return replica;
}

test('a replica is sent the whole stream when the system takes all of it at once: no further event would come', () => {
  const backlog = new Backlog(0);
  for (let i = 0; i < 256; i++) backlog.append(Buffer.alloc(MEGABYTES / 256));
  const socket = socketTaking(Infinity);
  const replica = replicaOf(socket);
  replica.send(backlog, backlog.end);
  expect(replica.next).toBe(backlog.end + 1);
  expect(socket.got).toBe(MEGABYTES);
});

test('no more than about a megabyte waits in its socket', () => {
  const backlog = new Backlog(0);
  for (let i = 0; i < 256; i++) backlog.append(Buffer.alloc(16 * 1024));
  const socket = socketTaking(0);
  replicaOf(socket).send(backlog, backlog.end);
  expect(socket.got).toBe(1024 * 1024);
});

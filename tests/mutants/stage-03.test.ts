import { plantedBugs } from './planted-bugs.ts';

plantedBugs('03', [
  {
    file: 'store/database.ts',
    find: "if (value.isEmpty) this.remove(key, 'del', 0);",
    replace: '',
    why: 'a list, hash or set stays when its last element is gone',
    suite: '03-hashes',
  },
  {
    file: 'clients/key-waits.ts',
    find: 'for (const waiter of queue.waiters) {',
    replace: 'for (const waiter of [...queue.waiters].reverse()) {',
    why: 'who came last is served first',
    suite: '03-blocking',
  },
  {
    file: 'clients/blocked-clients.ts',
    find: '    this.resume(client);\n',
    replace: '',
    why: 'requests pipelined behind a blocked one are never answered',
    suite: '03-blocking',
  },
  {
    file: 'clients/key-waits.ts',
    find: 'if (!(value instanceof wait.type) && !wait.orRemoved) continue;',
    replace: '',
    why: 'a client that waits for a list is woken by a string of that name, and gets WRONGTYPE',
    suite: '03-blocking',
  },
  {
    file: 'clients/key-waits.ts',
    find: 'for (const key of wait.keys) this.dequeue(waiter, key);',
    replace: 'this.dequeue(waiter, wait.keys[0]!);',
    why: 'a client that was served still stands in the queues of its other keys',
    suite: '03-blocking',
  },
  {
    file: 'clients/blocked-clients.ts',
    find: '    clearTimeout(blocked.timer);\n',
    replace: '',
    why: 'the timeout of a wait that CLIENT UNBLOCK has ended ends the next wait of that client',
    suite: '03-blocking',
  },
  {
    file: 'commands/connection/unblock.ts',
    find: 'if (!client?.blocked) return 0;',
    replace: 'if (client === undefined) return 0;',
    why: 'CLIENT UNBLOCK sends an error to a client that does not wait',
    suite: '03-blocking',
  },
  {
    file: 'store/list.ts',
    find: 'if (block.length > BLOCK_MAX) this.link(block.split(), block);',
    replace: 'if (block.length > BLOCK_MAX) this.link(block.split(), this.tail);',
    why: 'half of a block that was split goes to the end of the list',
    suite: '03-lists',
  },
  {
    file: 'commands/lists/elements.ts',
    find: 'list.remove(args[3]!, limit, count < 0)',
    replace: 'list.remove(args[3]!, limit, false)',
    why: 'LREM with a negative count begins at the left',
    suite: '03-lists',
  },
  {
    file: 'commands/sets/sets.ts',
    find: "  const member = set.dict.randomKey()!;\n  set.delete(member);",
    replace: '  const member = set.dict.randomKey()!;',
    why: 'SPOP leaves the member in the set',
    suite: '03-sets',
  },
]);

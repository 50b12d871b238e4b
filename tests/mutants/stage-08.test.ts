import { plantedBugs } from './planted-bugs.ts';

plantedBugs('08', [
  {
    file: 'replication/backlog.ts',
    find: 'return offset >= this.first && offset <= this.end + 1;',
    replace: 'return offset >= this.first && offset <= this.end;',
    why: 'a replica that has everything gets everything again',
    suite: '08-psync',
  },
  {
    file: 'replication/primary.ts',
    find: '(wanted === replid2 && offset <= secondOffset)',
    replace: 'wanted === replid2',
    why: 'a replica goes on in a history that has parted from its own',
    suite: '08-psync',
  },
  {
    file: 'replication/full-sync.ts',
    find: 'if (replication.link === undefined) replication.forgetSelected();',
    replace: '',
    why: 'what follows a full sync goes to the wrong database',
    suite: '08-psync',
  },
  {
    file: 'replication/guards.ts',
    find: "!options['replica-read-only'] || !request.has('write')",
    replace: "!options['replica-read-only'] || !request.command.flags.has('write')",
    why: 'EXEC writes to a read-only replica what was queued before it became one',
    suite: '08-replica',
  },
  {
    file: 'router/guards.ts',
    find: "!request.lacks('loading')",
    replace: "request.command.flags.has('loading')",
    why: 'EXEC reads what a full sync has loaded so far',
    suite: '08-replica',
  },
  {
    file: 'replication/primary-stream.ts',
    find: 'if (client.transaction === undefined) this.applied',
    replace: 'this.applied',
    why: 'after a break in a transaction its beginning is never sent again',
    suite: '08-replica',
  },
  {
    file: 'replication/wait.ts',
    find: 'replica.ackOffset >= offset',
    replace: 'replica.ackOffset >= 0',
    why: 'WAIT counts replicas that have not got the write',
    suite: '08-psync',
  },
  {
    file: 'replication/wait.ts',
    find: 'ended: () => this.waits.delete(wait),',
    replace: 'ended: () => {},',
    why: 'a WAIT that has ended is answered again when the replicas have acknowledged',
    suite: '08-psync',
  },
  {
    file: 'replication/primary-link.ts',
    find: '    if (this.transfer?.total === 0) this.sendAck();\n',
    replace: '',
    why: 'a primary that has sent an RDB with an EOF mark waits up to a second before the stream goes on',
    suite: '08-replica',
  },
  {
    file: 'router/guards.ts',
    find: '  refused ??= checkReplica(request);\n',
    replace: '',
    why: 'a connection that gets the stream may write',
    suite: '08-psync',
  },
]);

import { keyAt } from '#shared/commands/key-specs.ts';
import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import type { PendingEntry } from '../../store/stream-groups.ts';
import { idText, MIN_ID } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { parseLongLong } from '../arguments.ts';
import { signalGroups } from './groups.ts';
import { requireGroup } from './pending.ts';
import { idForEntry } from './streams.ts';

const NOT_POSITIVE = 'ERR value is not an integer or out of range';

/** What nobody can deal with goes to a stream of its own. */
export const streamDeadLetter: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xdeadletter',
      arity: 5,
      flags: 'write denyoom',
      keys: [keyAt(1, 'RW delete'), keyAt(3, 'RW update')],
      since: '1.0.0',
      summary: 'Moves entries that were delivered too often to another stream.',
      run: xdeadletter,
    },
  ],
};

/** `XDEADLETTER key group target deliveries` */
function xdeadletter({ db, args }: Request): Reply {
  const [, key, , targetKey, least] = args as [string, string, string, string, string];
  const deliveries = parseLongLong(least, NOT_POSITIVE);
  if (deliveries < 1) throw new ReplyError(NOT_POSITIVE);
  if (key === targetKey) throw new ReplyError('ERR source and destination objects are the same');
  const { stream, group } = requireGroup(db.lookupReadToChange(key, Stream), args);
  const existing = db.lookupWriteType(targetKey, Stream);
  const target = existing ?? new Stream();
  const dead: PendingEntry[] = [];
  for (const entry of group.pending.from(MIN_ID)) if (entry.deliveryCount >= deliveries) dead.push(entry);
  const moved: string[] = [];
  for (const { ms, seq } of dead) {
    const entry = stream.get({ ms, seq });
    group.acknowledge({ ms, seq });
    if (entry === undefined) continue;
    target.append(idForEntry(target.lastId, { ms: undefined, seq: undefined }), entry.fields, 0);
    stream.delete({ ms, seq });
    moved.push(idText({ ms, seq }));
  }
  if (dead.length > 0) signalGroups(db, key, stream);
  if (moved.length === 0) return moved;
  db.signalModified(key, 'xdel', moved.length);
  if (existing === undefined) db.set(targetKey, target, 'xadd');
  else db.signalModified(targetKey, 'xadd');
  return moved;
}

import { keyAt } from '#shared/commands/key-specs.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { Family } from '../../router/command.ts';
import type { Request } from '../../router/request.ts';
import { ConsumerGroup } from '../../store/stream-groups.ts';
import type { Uint64 } from '../../store/stream-id.ts';
import { Stream } from '../../store/stream.ts';
import { parseLongLong } from '../arguments.ts';
import { noGroupOfKey, rangeId, requireId } from './arguments.ts';
import { signalGroups } from './groups.ts';

/** XGROUP: makes, changes and removes consumer groups and their consumers. */
export const xgroup: Family = {
  group: 'stream',
  rows: [
    {
      name: 'xgroup',
      arity: -2,
      flags: '',
      since: '5.0.0',
      summary: 'Commands about consumer groups.',
      subcommands: [
        {
          name: 'create',
          arity: -5,
          flags: 'write denyoom',
          keys: [keyAt(2, 'RW insert')],
          since: '5.0.0',
          summary: 'Makes a group that starts after an ID.',
          syntax: '<key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <entries-read>]',
          run: xgroupCreate,
        },
        {
          name: 'setid',
          arity: -5,
          flags: 'write',
          keys: [keyAt(2, 'RW update')],
          since: '5.0.0',
          summary: 'Sets the last ID that a group was given.',
          syntax: '<key> <group> <id|$> [ENTRIESREAD <entries-read>]',
          run: xgroupSetId,
        },
        {
          name: 'destroy',
          arity: 4,
          flags: 'write',
          keys: [keyAt(2, 'RW delete')],
          since: '5.0.0',
          summary: 'Removes a group.',
          syntax: '<key> <group>',
          run: xgroupDestroy,
        },
        {
          name: 'createconsumer',
          arity: 5,
          flags: 'write denyoom',
          keys: [keyAt(2, 'RW insert')],
          since: '6.2.0',
          summary: 'Adds a consumer to a group.',
          syntax: '<key> <group> <consumer>',
          run: xgroupCreateConsumer,
        },
        {
          name: 'delconsumer',
          arity: 5,
          flags: 'write',
          keys: [keyAt(2, 'RW delete')],
          since: '5.0.0',
          summary: 'Removes a consumer and what it has pending.',
          syntax: '<key> <group> <consumer>',
          run: xgroupDelConsumer,
        },
      ],
    },
  ],
};

function xgroupCreate({ db, args }: Request): Reply {
  const key = args[2]!;
  const { entriesRead, mkStream } = parseGroupOptions(args, true);
  const existing = db.lookupWriteType(key, Stream);
  if (existing === undefined && !mkStream) throw noKey();
  const stream = existing ?? new Stream();
  const id = args[4] === '$' ? stream.lastId : requireId(args[4]!);
  if (existing === undefined) db.set(key, stream, 'xgroup-create');
  if (stream.groups.has(args[3]!)) throw new ReplyError('BUSYGROUP Consumer Group name already exists');
  stream.groups.set(args[3]!, new ConsumerGroup(id, entriesRead));
  signalGroups(db, key, stream, existing === undefined ? undefined : 'xgroup-create');
  return OK;
}

function xgroupSetId({ db, args }: Request): Reply {
  const { entriesRead } = parseGroupOptions(args, false);
  const { stream, group } = existingGroup(db, args);
  group.lastId = args[4] === '$' ? stream.lastId : rangeId(args[4]!, 0);
  group.entriesRead = entriesRead;
  signalGroups(db, args[2]!, stream, 'xgroup-setid');
  return OK;
}

function xgroupDestroy({ db, args, server }: Request): Reply {
  const stream = existingStream(db, args[2]!);
  if (!stream.groups.delete(args[3]!)) return 0;
  signalGroups(db, args[2]!, stream, 'xgroup-destroy');
  // Clients that wait as its consumers get an error: the group is gone.
  server.keyWaits.keyModified(db, args[2]!);
  return 1;
}

function xgroupCreateConsumer({ db, args }: Request): Reply {
  const { stream, group } = existingGroup(db, args);
  if (group.consumers.has(args[4]!)) return 0;
  group.createConsumer(args[4]!);
  signalGroups(db, args[2]!, stream, 'xgroup-createconsumer');
  return 1;
}

function xgroupDelConsumer({ db, args }: Request): Reply {
  const { stream, group } = existingGroup(db, args);
  const consumer = group.consumers.get(args[4]!);
  if (consumer === undefined) return 0;
  const pending = group.deleteConsumer(consumer);
  signalGroups(db, args[2]!, stream, 'xgroup-delconsumer');
  return pending;
}

interface GroupOptions {
  readonly mkStream: boolean;
  readonly entriesRead: Uint64 | undefined;
}

/** `[MKSTREAM] [ENTRIESREAD entries-read]`. @throws ReplyError */
function parseGroupOptions(args: readonly string[], isCreate: boolean): GroupOptions {
  let mkStream = false;
  let entriesRead: Uint64 | undefined;
  for (let i = 5; i < args.length; i++) {
    const option = args[i]!.toUpperCase();
    if (isCreate && option === 'MKSTREAM') mkStream = true;
    else if (option === 'ENTRIESREAD' && i + 1 < args.length) {
      const value = parseLongLong(args[++i]!);
      if (value < -1) throw new ReplyError('ERR value for ENTRIESREAD must be positive or -1');
      entriesRead = value === -1 ? undefined : value;
    } else throw wrongArguments(args);
  }
  return { mkStream, entriesRead };
}

function existingStream(db: Request['db'], key: string): Stream {
  const stream = db.lookupWriteType(key, Stream);
  if (stream === undefined) throw noKey();
  return stream;
}

function existingGroup(db: Request['db'], args: readonly string[]): { stream: Stream; group: ConsumerGroup } {
  const stream = existingStream(db, args[2]!);
  const group = stream.groups.get(args[3]!);
  if (group === undefined) throw noGroupOfKey(args[2]!, args[3]!);
  return { stream, group };
}

function noKey(): ReplyError {
  return new ReplyError(
    'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM ' +
      'option to create an empty stream automatically.',
  );
}

function wrongArguments(args: readonly string[]): ReplyError {
  return new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try XGROUP HELP.`);
}

import { Crc64 } from '#shared/codecs/crc64.ts';
import { OK, ReplyError, type Reply } from '#shared/resp/reply.ts';
import { RdbInput } from '../persistence/rdb/input.ts';
import { RdbOutput } from '../persistence/rdb/output.ts';
import { RDB_OPCODE, RDB_VERSION_MAX } from '../persistence/rdb/types.ts';
import type { Request } from '../router/request.ts';
import { Libraries } from './library.ts';

/** After the libraries: the version of the format, 16 bits, and a checksum of all before it, 64 bits. */
const FOOTER_BYTES = 10;

/** All libraries as in an RDB file, and the footer (Redis: `functionDumpCommand`). */
export function dumpLibraries({ server }: Request): Reply {
  const out = new RdbOutput(server.options.rdbcompression);
  for (const source of server.functions.sources) {
    out.byte(RDB_OPCODE.FUNCTION2);
    out.string(source);
  }
  out.byte(server.options['rdb-version']);
  out.byte(0);
  const payload = out.take();
  return payload.toString('latin1') + new Crc64().update(payload).digest().toString('latin1');
}

/** `FUNCTION RESTORE dump [APPEND | REPLACE | FLUSH]`: all of them, or none (Redis: `functionRestoreCommand`). */
export function restoreLibraries({ server, args }: Request): Reply {
  if (args.length > 4) throw new ReplyError(`ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try FUNCTION HELP.`);
  const policy = args[3]?.toUpperCase() ?? 'APPEND';
  if (!['APPEND', 'REPLACE', 'FLUSH'].includes(policy)) {
    throw new ReplyError('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
  }
  const { functions } = server;
  const restored = new Libraries();
  for (const source of sourcesIn(args[2]!)) functions.load(source, { into: restored });
  if (policy === 'FLUSH') functions.libraries.clear();
  functions.libraries.join(restored, policy === 'REPLACE');
  server.keyspace.dirty++;
  return OK;
}

function sourcesIn(text: string): string[] {
  const payload = Buffer.from(text, 'latin1');
  const end = payload.length - FOOTER_BYTES;
  if (end < 0 || payload.readUInt16LE(end) > RDB_VERSION_MAX || !hasItsChecksum(payload)) {
    throw new ReplyError('ERR DUMP payload version or checksum are wrong');
  }
  const input = RdbInput.from(payload.subarray(0, end));
  const sources: string[] = [];
  while (input.offset < end) {
    const type = input.byte();
    if (type === RDB_OPCODE.FUNCTION_PRE_GA) throw new ReplyError('ERR Pre-GA function format not supported');
    if (type !== RDB_OPCODE.FUNCTION2) throw new ReplyError('ERR given type is not a function');
    try {
      sources.push(input.string());
    } catch {
      throw new ReplyError('ERR Failed loading library');
    }
  }
  return sources;
}

function hasItsChecksum(payload: Buffer): boolean {
  const end = payload.length - 8;
  return new Crc64().update(payload, 0, end).digest().equals(payload.subarray(end));
}

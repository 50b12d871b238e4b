import type { FieldType } from '#shared/bits/bit-field.ts';
import { parseInt64 } from '#shared/numbers/int64.ts';
import { maxBulkBytes } from '#shared/options/bulk-limit.ts';
import { ReplyError } from '#shared/resp/reply.ts';
import type { Request } from '../../router/request.ts';
import { syntaxError } from '../arguments.ts';

/**
 * The number of a bit; `#3` is the fourth field of `width` bits, where that is given. Where the string is to be written, the field
 * must fit into the longest string there may be (Redis: `getBitOffsetFromArgument`). @throws ReplyError
 */
export function parseBitOffset({ server, client }: Request, text: string, writes: boolean, width?: number): number {
  const byFields = width !== undefined && text.startsWith('#');
  const offset = Number(parseInt64(byFields ? text.slice(1) : text) ?? -1) * (byFields ? width : 1);
  const limit = writes ? maxBulkBytes(server.options) : server.options['proto-max-bulk-len'];
  const end = offset + (writes ? (width ?? 1) - 1 : 0);
  if (offset < 0 || (!client.mustObey && Math.floor(end / 8) >= limit)) {
    throw new ReplyError('ERR bit offset is not an integer or out of range');
  }
  return offset;
}

/** `u8`, `i64`; there is no `u64`, since an integer of the protocol has a sign. @throws ReplyError */
export function parseFieldType(text: string): FieldType {
  const signed = text.startsWith('i');
  const width = Number(parseInt64(text.slice(1)) ?? 0);
  if ((!signed && !text.startsWith('u')) || width < 1 || width > (signed ? 64 : 63)) {
    throw new ReplyError('ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.');
  }
  return { signed, width };
}

/** The unit of `start` and `end`, which BYTE or BIT after them names. @returns how many bits it has @throws ReplyError */
export function parseBitUnit(word: string | undefined): number {
  const unit = word?.toUpperCase() ?? 'BYTE';
  if (unit !== 'BYTE' && unit !== 'BIT') throw syntaxError();
  return unit === 'BIT' ? 1 : 8;
}

import { closeSync, openSync } from 'node:fs';
import { RdbInput } from '../../persistence/rdb/input.ts';
import { RdbError } from '../../persistence/rdb/error.ts';
import { isValueType, readValue } from '../../persistence/rdb/read-value.ts';
import { fileSource } from '../../persistence/rdb/source.ts';
import { RDB_OPCODE, RDB_TYPE } from '../../persistence/rdb/types.ts';

const TYPE_NAMES = new Map<number, string>(Object.entries(RDB_TYPE).map(([name, type]) => [type, name]));

/**
 * The parts of an RDB file, each as `offset name operands`.
 * @throws Error of the file system; RdbError for a file that is damaged
 */
export function listOpcodes(path: string): string[] {
  const fd = openSync(path, 'r');
  try {
    return partsOf(new RdbInput(fileSource(fd), true));
  } finally {
    closeSync(fd);
  }
}

function partsOf(input: RdbInput): string[] {
  const magic = input.bytes(9).toString('latin1');
  if (!/^REDIS\d{4}$/.test(magic)) throw new RdbError('wrong signature', 0);
  const parts = [`0 REDIS ${Number(magic.slice(5))}`];
  for (;;) {
    const { offset } = input;
    const type = input.byte();
    if (type === RDB_OPCODE.EOF) {
      checkSum(input);
      return [...parts, `${offset} EOF`];
    }
    parts.push(`${offset} ${isValueType(type) ? keyPart(input, type) : opcodePart(input, type)}`);
  }
}

/** The type and the name of a key; its value is read, and dropped. */
function keyPart(input: RdbInput, type: number): string {
  const key = input.string();
  readValue(input, type);
  return `${TYPE_NAMES.get(type)} ${key}`;
}

function opcodePart(input: RdbInput, opcode: number): string {
  switch (opcode) {
    case RDB_OPCODE.AUX:
      return `AUX ${input.string()} ${input.string()}`;
    case RDB_OPCODE.SELECTDB:
      return `SELECTDB ${input.length()}`;
    case RDB_OPCODE.RESIZEDB:
      return `RESIZEDB ${input.length()} ${input.length()}`;
    case RDB_OPCODE.EXPIRETIME:
      return `EXPIRETIME ${input.int32LE()}`;
    case RDB_OPCODE.EXPIRETIME_MS:
      return `EXPIRETIME_MS ${input.milliseconds()}`;
    case RDB_OPCODE.IDLE:
      return `IDLE ${input.length()}`;
    case RDB_OPCODE.FREQ:
      return `FREQ ${input.byte()}`;
    default:
      throw input.error(`unknown type or opcode: ${opcode}`);
  }
}

function checkSum(input: RdbInput): void {
  const computed = input.digest();
  const expected = input.bytes(8);
  if (expected.some((byte) => byte !== 0) && !computed?.equals(expected)) throw input.error('wrong checksum');
}

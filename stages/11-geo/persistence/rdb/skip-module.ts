import { log } from '#shared/log.ts';
import type { RdbInput } from './input.ts';

/** What a module has written, piece by piece (Redis: `RDB_MODULE_OPCODE_…`). */
const MODULE_OPCODE = { EOF: 0, SINT: 1, UINT: 2, FLOAT: 3, DOUBLE: 4, STRING: 5 } as const;

/** Reads past what a module has saved beside the keys: the module's ID, at which point of a load it wants its data, and the data. */
export function skipModuleAux(input: RdbInput): void {
  const name = moduleName(BigInt(input.unsigned()));
  if (input.length() !== MODULE_OPCODE.UINT) throw input.error('data of a module do not say when they are for');
  input.length();
  for (let opcode = input.length(); opcode !== MODULE_OPCODE.EOF; opcode = input.length()) skipPiece(input, opcode);
  log.notice(`Skipping data of the module ${name} in the RDB file: there are no modules here`);
}

function skipPiece(input: RdbInput, opcode: number): void {
  switch (opcode) {
    case MODULE_OPCODE.SINT:
    case MODULE_OPCODE.UINT:
      input.unsigned();
      break;
    case MODULE_OPCODE.FLOAT:
      input.bytes(4);
      break;
    case MODULE_OPCODE.DOUBLE:
      input.bytes(8);
      break;
    case MODULE_OPCODE.STRING:
      input.string();
      break;
    default:
      throw input.error(`unknown piece of a module's data: ${opcode}`);
  }
}

/** A module's ID is its name, nine characters of six bits, and ten bits for a version. */
function moduleName(id: bigint): string {
  let name = '';
  for (let shift = 58n; shift >= 10n; shift -= 6n) name += CHARACTERS[Number((id >> shift) & 63n)]!;
  return name;
}

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

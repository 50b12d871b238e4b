import { LONG_BYTES, setBytes } from '#shared/resp/long-arguments.ts';
import type { RdbInput } from '../rdb/input.ts';

/** Why a file of the log cannot be loaded. */
export class AofError extends Error {
  override readonly name = 'AofError';
  /** The file ends in the middle of a command; all before that command is whole. */
  readonly torn: boolean;

  constructor(reason: string, torn = false) {
    super(reason);
    this.torn = torn;
  }
}

const STAR = 0x2a;
const DOLLAR = 0x24;
const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
/** No number of arguments, and no length, has more digits. */
const MAX_DIGITS = 10;

/** Reads the commands of a log one by one (Redis: `loadSingleAppendOnlyFile`); lines that begin with `#` say nothing. */
export class AofReader {
  private readonly input: RdbInput;
  private readonly size: number;

  /** `input`: an open file of `size` bytes, at the beginning of a command. */
  constructor(input: RdbInput, size: number) {
    this.input = input;
    this.size = size;
  }

  /** @returns undefined at the end of the file. @throws AofError */
  next(): string[] | undefined {
    for (;;) {
      if (this.left === 0) return undefined;
      const type = this.byte();
      if (type === STAR) return this.command();
      if (type !== HASH) throw new AofError(`a command was expected, and there is byte 0x${type.toString(16)}`);
      while (this.byte() !== LF);
    }
  }

  private command(): string[] {
    const count = this.number();
    if (count === 0) throw new AofError('a command without words');
    const args: string[] = [];
    for (let i = 0; i < count; i++) this.argument(args);
    return args;
  }

  /** Reads the next of `args`. */
  private argument(args: string[]): void {
    const type = this.byte();
    if (type !== DOLLAR) throw new AofError(`the length of a word was expected, and there is byte 0x${type.toString(16)}`);
    const length = this.number();
    if (length > this.left) throw new AofError(`a word of ${length} bytes, where ${this.left} are left`, true);
    const bytes = this.input.bytes(length);
    if (length < LONG_BYTES) args.push(bytes.toString('latin1'));
    else setBytes(args, args.length, Buffer.from(bytes));
    this.endOfLine();
  }

  private number(): number {
    let value = 0;
    for (let digits = 0; ; digits++) {
      const byte = this.byte();
      if (byte === CR && digits > 0) break;
      if (byte < ZERO || byte > ZERO + 9 || digits === MAX_DIGITS) throw new AofError('a number is malformed');
      value = value * 10 + byte - ZERO;
    }
    if (this.byte() !== LF) throw new AofError('a line does not end with CR LF');
    return value;
  }

  private endOfLine(): void {
    if (this.byte() !== CR || this.byte() !== LF) throw new AofError('a word is longer than announced');
  }

  private byte(): number {
    if (this.left === 0) throw new AofError('unexpected end of file', true);
    return this.input.byte();
  }

  private get left(): number {
    return this.size - this.input.offset;
  }
}

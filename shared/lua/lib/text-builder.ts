import { flat } from '#shared/packed/flat-string.ts';
import type { LibraryHost } from './host.ts';

/** The host checks its limit again once the text has grown by half: it counts the whole text each time. */
const GROWTH = 1.5;
/** After so many additions, they are reported to the host as steps. */
const STEPS_AT_ONCE = 256;
/** So much is put together before it is made one piece: a string of many small ones takes a multiple of its length. */
const PIECE = 4_096;

/** A text that grows; it ends with an error once it is longer than a script's strings may be, or takes too long. */
export class TextBuilder {
  readonly #host: LibraryHost;
  readonly #pieces: string[] = [];
  #last = '';
  #before = 0;
  #checked = 0;
  #steps = 0;

  constructor(host: LibraryHost) {
    this.#host = host;
  }

  /** Throws `not enough memory`, and what the host throws to end a script. */
  add(text: string): void {
    const length = this.length + text.length;
    if (length > this.#checked) {
      this.#host.checkLength(length);
      this.#checked = length * GROWTH;
    }
    if (++this.#steps === STEPS_AT_ONCE) {
      this.#host.spend(STEPS_AT_ONCE);
      this.#steps = 0;
    }
    this.#last += text;
    if (this.#last.length < PIECE) return;
    this.#pieces.push(flat(this.#last));
    this.#before = length;
    this.#last = '';
  }

  get length(): number {
    return this.#before + this.#last.length;
  }

  toString(): string {
    return this.#pieces.length === 0 ? this.#last : this.#pieces.join('') + this.#last;
  }
}

import type { LibraryHost } from './host.ts';

/** The host is asked again once the text has grown by half: it counts the whole text each time. */
const GROWTH = 1.5;

/** A text that grows; it ends with an error once it is longer than a script's strings may be. */
export class TextBuilder {
  readonly #host: LibraryHost;
  #text = '';
  #checked = 0;

  constructor(host: LibraryHost) {
    this.#host = host;
  }

  /** Throws `not enough memory`. */
  add(text: string): void {
    const length = this.#text.length + text.length;
    if (length > this.#checked) {
      this.#host.checkLength(length);
      this.#checked = length * GROWTH;
    }
    this.#text += text;
  }

  get length(): number {
    return this.#text.length;
  }

  toString(): string {
    return this.#text;
  }
}

import type { LibraryHost } from './host.ts';

/** A text that grows; it ends with an error once it is longer than a script's strings may be. */
export class TextBuilder {
  readonly #host: LibraryHost;
  #text = '';

  constructor(host: LibraryHost) {
    this.#host = host;
  }

  /** Throws `not enough memory`. */
  add(text: string): void {
    this.#host.checkLength(this.#text.length + text.length);
    this.#text += text;
  }

  get length(): number {
    return this.#text.length;
  }

  toString(): string {
    return this.#text;
  }
}

/** What announces a file whose end is a mark of 40 bytes: `$EOF:` and the mark. */
const EOF_PREFIX = '$EOF:';

/**
 * Finds the end of the RDB file that follows `+FULLRESYNC`: `$<length>\r\n` and the bytes, or `$EOF:<mark>\r\n`, the
 * bytes and the mark again. No CRLF follows it. See `readSyncBulkPayload` in Redis's replication.c.
 */
export class RdbTransfer {
  /** Bytes of the file, once it is there. */
  size = 0;
  private header: string | null = null;
  private text = '';
  private received = 0;

  /** @returns what follows the file; null while it is not complete */
  feed(text: string): string | null {
    this.text += text;
    if (this.header === null) {
      this.text = this.text.replace(/^\n+/, '');
      const end = this.text.indexOf('\r\n');
      if (end === -1) return null;
      this.header = this.text.slice(0, end);
      this.text = this.text.slice(end + 2);
    }
    return this.header.startsWith(EOF_PREFIX) ? this.untilMark(this.header.slice(EOF_PREFIX.length)) : this.untilLength();
  }

  private untilLength(): string | null {
    const missing = Number(this.header!.slice(1)) - this.received;
    if (this.text.length < missing) {
      this.received += this.text.length;
      this.text = '';
      return null;
    }
    this.size = this.received + missing;
    return this.text.slice(missing);
  }

  private untilMark(mark: string): string | null {
    const at = this.text.indexOf(mark);
    if (at !== -1) {
      this.size = this.received + at;
      return this.text.slice(at + mark.length);
    }
    // The mark may have come in part: so much is looked at again.
    const kept = Math.min(this.text.length, mark.length - 1);
    this.received += this.text.length - kept;
    this.text = this.text.slice(this.text.length - kept);
    return null;
  }
}

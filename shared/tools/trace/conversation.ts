import chalk from 'chalk';
import { DecodeError, ReplyDecoder } from '#shared/resp/decoder.ts';
import { ProtocolError, RequestParser } from '#shared/resp/parser.ts';
import { cliReply } from '../../../tests/harness/cli-format.ts';
import { escapeBytes, showCommand } from '../../../tests/harness/show.ts';
import { RdbTransfer } from './rdb-transfer.ts';

/** What a trace prints: lines without a line break at their end. */
export type Print = (text: string) => void;

/** How much of a reply, and of the bytes of a message, is shown. */
const MAX_LINES = 40;
const MAX_LINE = 400;
const MAX_BYTES_SHOWN = 120;

/** What the other side sends: replies; then, on a replication link, first an RDB file, then commands. */
type Answers = 'replies' | 'sync' | 'rdb' | 'commands' | 'unreadable';

/**
 * Prints what is said on one connection: each request and each reply as redis-cli shows them, with their bytes, the
 * client's name and the time. A connection on which PSYNC was answered is a replication link: then the transfer of the
 * RDB file is a line, and each command of the stream is one.
 */
export class Conversation {
  private readonly name: string;
  private readonly print: Print;
  private readonly requests = new Requests();
  private requestsReadable = true;
  private decoder = new ReplyDecoder();
  /** Received from the server, and not part of a whole reply yet. */
  private text = '';
  private answers: Answers = 'replies';
  private transfer = new RdbTransfer();
  private readonly stream = new Requests();
  /** Requests that wait for their reply: a few kinds of reply are shown in a form of their own. */
  private readonly asked: string[][] = [];

  /** @param name as it is shown: the client's address */
  constructor(name: string, print: Print) {
    this.name = name;
    this.print = print;
  }

  opened(): void {
    this.say('', chalk.dim('connected'));
  }

  closed(): void {
    this.say('', chalk.dim('closed'));
  }

  /** Bytes that the client sent. They may be overwritten after the call. */
  request(chunk: Buffer): void {
    if (!this.requestsReadable) return this.say('→', '', chunk.toString('latin1'));
    this.requestsReadable = this.readRequests(this.requests, chunk, '→', (args) => {
      this.asked.push(args);
      if (/^p?sync$/i.test(args[0]!)) this.answers = 'sync';
    });
  }

  /** Bytes that the server sent. They may be overwritten after the call. */
  reply(chunk: Buffer): void {
    if (this.answers === 'rdb') return this.readTransfer(chunk.toString('latin1'));
    if (this.answers === 'commands') return this.readStream(chunk);
    if (this.answers === 'unreadable') return this.say('←', '', chunk.toString('latin1'));
    let text = chunk.toString('latin1');
    // A primary sends line breaks while its replica waits: they only say that it lives.
    if (this.answers === 'sync' && this.text === '') text = text.replace(/^\n+/, '');
    this.text += text;
    this.decoder.feed(text);
    this.readReplies();
  }

  private readReplies(): void {
    try {
      for (;;) {
        const before = this.decoder.consumed;
        if (this.decoder.next() === undefined) return;
        const raw = this.text.slice(0, this.decoder.consumed - before);
        this.text = this.text.slice(raw.length);
        const command = raw.startsWith('>') ? [] : (this.asked.shift() ?? []);
        this.say('←', cliReply(command, raw), raw);
        if (this.answers === 'sync' && this.syncBegan(raw)) return;
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.answers = 'unreadable';
      this.say('←', chalk.red(`no RESP: ${error.message}`), this.text);
    }
  }

  /** After `+FULLRESYNC` comes a file, after `+CONTINUE` the stream. What has come of it already is read. */
  private syncBegan(raw: string): boolean {
    if (!/^\+(FULLRESYNC|CONTINUE)/.test(raw)) return false;
    const rest = this.text;
    this.text = '';
    this.decoder = new ReplyDecoder();
    this.answers = raw.startsWith('+C') ? 'commands' : 'rdb';
    if (rest !== '') this.reply(Buffer.from(rest, 'latin1'));
    return true;
  }

  private readTransfer(text: string): void {
    const rest = this.transfer.feed(text);
    if (rest === null) return;
    this.say('←', chalk.dim(`the RDB file: ${this.transfer.size} bytes`));
    this.answers = 'commands';
    if (rest !== '') this.readStream(Buffer.from(rest, 'latin1'));
  }

  private readStream(chunk: Buffer): void {
    if (!this.readRequests(this.stream, chunk, '←', () => {})) this.answers = 'unreadable';
  }

  private readRequests(from: Requests, chunk: Buffer, arrow: string, then: (args: string[]) => void): boolean {
    try {
      for (const { args, raw } of from.read(chunk)) {
        this.say(arrow, showCommand(args), raw);
        then(args);
      }
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.say(arrow, chalk.red(`no RESP: ${error.message}`), from.unread);
      return false;
    }
  }

  /** A message, and below it its bytes. */
  private say(arrow: string, shown: string, raw?: string): void {
    const head = `${timeOf(new Date())}  ${this.name} ${arrow}`.trimEnd();
    const lines = shown === '' ? [] : cut(shown);
    if (raw !== undefined) lines.push(chalk.dim(bytesLine(raw)));
    const indent = ' '.repeat(head.length + 1);
    this.print(lines.map((line, at) => (at === 0 ? `${chalk.dim(head)} ${line}` : indent + line)).join('\n'));
  }
}

/** A parser of requests that also knows the bytes of each. */
class Requests {
  /** Bytes that belong to no whole request yet. */
  unread = '';
  private readonly parser = new RequestParser();

  /** @throws ProtocolError */
  *read(chunk: Buffer): Generator<{ args: string[]; raw: string }> {
    this.unread += chunk.toString('latin1');
    this.parser.feed(chunk);
    for (let args = this.parser.next(); args !== null; args = this.parser.next()) {
      const raw = this.unread.slice(0, this.unread.length - this.parser.size);
      this.unread = this.unread.slice(raw.length);
      yield { args: args.map(String), raw };
    }
  }
}

function cut(text: string): string[] {
  const lines = text.split(/\r?\n/);
  const shown = lines.slice(0, MAX_LINES).map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line));
  if (lines.length > MAX_LINES) shown.push(chalk.dim(`… and ${lines.length - MAX_LINES} lines more`));
  return shown;
}

function bytesLine(raw: string): string {
  const more = raw.length > MAX_BYTES_SHOWN ? '…' : '';
  return `${escapeBytes(raw.slice(0, MAX_BYTES_SHOWN))}${more}  (${raw.length} bytes)`;
}

/** `10:02:11.204`, in local time. */
function timeOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

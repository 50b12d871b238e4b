import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findStage, PROJECT_ROOT } from '#shared/manifest.ts';
import { splitArguments } from '#shared/resp/split-arguments.ts';
import { cliReply } from '../harness/cli-format.ts';
import { Client } from '../harness/client.ts';
import { freePort, startProcess, type ServerProcess } from '../harness/process.ts';
import { startOf } from '../harness/target.ts';
import { sleep } from '../harness/time.ts';
import { matches, steps, type Step } from './transcript.ts';

const STAGE = /^npm run stage (\d\d)(?: --(?= )|$)/;
const REAL = /^redis-(server|sentinel)\b/;
const PORT = / --port (\d+)/;
/** A port beside the first: for TLS, or for the other nodes of a cluster. */
const SECOND_PORT = / --(?:tls|cluster)-port (\d+)/;
/** These stand in the project's folder; all other programs are run at home. */
const OF_PROJECT = /^npx tsx /;
/** What these answer becomes true after a while. */
const ASKED_AGAIN = /^(INFO|ROLE|DBSIZE|GET|SENTINEL|CLUSTER) ?/i;
/** Sentinels take their time. */
const ASKED_AGAIN_MS = 30_000;
const START_ATTEMPTS = 3;

/** Whether a transcript calls programs that only real Redis brings. */
export function needsRedis(lines: readonly string[]): boolean {
  return lines.some((line) => /^\$ redis-/.test(line));
}

/**
 * A desk with several servers and a shell, at which the `terminal` blocks of one page are typed. The ports that the
 * page names stand for free ones, and `~` for an empty folder.
 */
export class Terminal {
  private readonly home = mkdtempSync(join(tmpdir(), 'redis-docs-'));
  /** By the port in the page. */
  private readonly ports = new Map<string, number>();
  private readonly servers = new Map<string, ServerProcess>();
  private readonly clients = new Map<string, Client>();

  /** @returns the first line that shows something else than is said, as a text; null when there is none */
  async replay(lines: readonly string[]): Promise<string | null> {
    for (const step of shellSteps(lines)) {
      const said = step.who === '$' ? await this.runShell(step) : await this.ask(step);
      if (said === null) continue;
      return [`${step.who} ${step.command}`, 'shown:', ...step.output, 'said:', ...said].join('\n');
    }
    return null;
  }

  async close(): Promise<void> {
    for (const client of this.clients.values()) await client.close();
    for (const server of this.servers.values()) await server.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** @returns what is said instead of what is shown; null: the same */
  private async runShell({ command, output }: Step): Promise<string[] | null> {
    if (STAGE.test(command) || REAL.test(command)) {
      await this.startServer(command);
      return null;
    }
    // Some programs colour what they print, unless the terminal is this one.
    const env = { ...process.env, HOME: this.home, TERM: 'dumb' };
    const cwd = OF_PROJECT.test(command) ? PROJECT_ROOT : this.home;
    const options = { cwd, env, encoding: 'utf8' } as const;
    const { stdout, stderr } = spawnSync('sh', ['-c', this.realPorts(command)], options);
    const said = this.shown(`${stdout}${stderr}`.trimEnd());
    return matches(output.length > 0 ? output : [''], said) ? null : said;
  }

  private async startServer(command: string): Promise<void> {
    const port = PORT.exec(command)?.[1];
    if (port === undefined) throw new Error(`say --port, so that the page's prompts can name it: ${command}`);
    if (this.servers.get(port)?.ended() === null) throw new Error(`a server is running on port ${port}: ${command}`);
    await this.closeClients(port);
    const second = SECOND_PORT.exec(command)?.[1];
    if (second !== undefined) this.ports.set(second, await freePort());
    const isNew = !this.ports.has(port);
    for (let attempt = 1; ; attempt++) {
      if (isNew) this.ports.set(port, await freePort());
      try {
        const argv = this.argv(this.realPorts(command));
        this.servers.set(port, await startProcess({ argv, cwd: this.home, port: this.ports.get(port)! }));
        return;
      } catch (error) {
        // Another process may have taken the free port in the meantime.
        if (!isNew || attempt === START_ATTEMPTS || !/in use|EADDRINUSE/i.test(String(error))) throw error;
      }
    }
  }

  private argv(command: string): string[] {
    const words = (splitArguments(command) ?? []).map((word) => word.replace(/^~/, this.home));
    const stage = findStage(STAGE.exec(command)?.[1] ?? '');
    if (stage?.built) return [...startOf(stage), ...words.slice(5)];
    if (!REAL.test(command)) throw new Error(`no such stage: ${command}`);
    return [...words, '--bind', '127.0.0.1'];
  }

  /** @returns as `runShell` */
  private async ask({ who, command, output }: Step): Promise<string[] | null> {
    const port = /\d+$/.exec(who)?.[0] ?? '';
    const server = this.servers.get(port);
    if (server === undefined) throw new Error(`no server was started on port ${port}`);
    const words = splitArguments(Buffer.from(this.realPorts(command), 'utf8').toString('latin1'));
    if (words === null || words.length === 0) throw new Error(`not a command: ${command}`);
    if (/^shutdown$/i.test(words[0]!)) return this.shutDown(port, words);
    const deadline = Date.now() + (ASKED_AGAIN.test(command) ? ASKED_AGAIN_MS : 0);
    for (;;) {
      const said = this.shown(cliReply(words, await this.reply(who, server.port, words)));
      if (matches(output, said)) return null;
      if (Date.now() >= deadline) return said;
      await sleep(20);
    }
  }

  /** As redis-cli, it connects again when the server has closed the connection, as Sentinel makes a server do that changes its role. */
  private async reply(who: string, port: number, words: readonly string[]): Promise<string> {
    const known = this.clients.get(who);
    const client = known?.isOpen ? known : await Client.open('127.0.0.1', port);
    this.clients.set(who, client);
    try {
      return await client.expect(...words).bytes;
    } catch (error) {
      if (client.isOpen || !ASKED_AGAIN.test(words[0]!)) throw error;
      return this.reply(who, port, words);
    }
  }

  /** No reply but the end of the process. */
  private async shutDown(port: string, words: readonly string[]): Promise<null> {
    const server = this.servers.get(port)!;
    await this.closeClients(port);
    const client = await Client.open('127.0.0.1', server.port);
    const reply = client.expect(...words).bytes.then(
      (text) => Promise.reject(new Error(`the server goes on, and says ${text}`)),
      () => undefined,
    );
    const ended = async (): Promise<void> => {
      while (server.ended() === null) await sleep(10);
    };
    await Promise.race([Promise.all([reply, ended()]), sleep(ASKED_AGAIN_MS)]);
    if (server.ended() === null) throw new Error(`the server on port ${port} does not end`);
    await client.close();
    this.servers.delete(port);
    return null;
  }

  private async closeClients(port: string): Promise<void> {
    for (const [who, client] of this.clients) {
      if (!who.endsWith(port)) continue;
      await client.close();
      this.clients.delete(who);
    }
  }

  private realPorts(text: string): string {
    return text.replace(/\b\d{4,5}\b/g, (port) => String(this.ports.get(port) ?? port));
  }

  /** What was said, with the page's ports and folder in it. */
  private shown(text: string): string[] {
    let shown = text.replaceAll(this.home, '~');
    for (const [port, real] of this.ports) shown = shown.replace(new RegExp(`\\b${real}\\b`, 'g'), port);
    return shown.split(/\r?\n/);
  }
}

/** As `steps`; lines for the shell begin with `$ `, and a backslash at the end continues them. */
export function shellSteps(lines: readonly string[]): Step[] {
  const joined = lines.join('\n').replace(/\\\n\s*/g, '').split('\n');
  const found: Step[] = [];
  let part: string[] = [];
  const flush = (): void => {
    if (part[0]?.startsWith('$ ')) found.push({ who: '$', command: part[0].slice(2), output: part.slice(1) });
    else if (part.length > 0) found.push(...steps(part));
    part = [];
  };
  for (const line of joined) {
    if (line.startsWith('$ ') || (part[0]?.startsWith('$ ') && /^[\w.:-]+(\[\d+\])?(\(TX\))?> /.test(line))) flush();
    part.push(line);
  }
  flush();
  return found;
}

import { splitArguments } from '#shared/resp/split-arguments.ts';
import { cliReply } from '../harness/cli-format.ts';
import { Client } from '../harness/client.ts';
import type { Expectation } from '../harness/expectation.ts';

/** One prompt of a transcript and what is shown below it. */
export interface Step {
  /** `127.0.0.1:6379`, or another name for another connection. */
  readonly who: string;
  /** '' when the step only shows the reply that an earlier command of this connection waited for. */
  readonly command: string;
  readonly output: readonly string[];
}

const PROMPT = /^([\w.:-]+)(?:\[\d+\])?(?:\(TX\))?>(?: (.*))?$/;

/** @throws Error when the transcript does not begin with a prompt */
export function steps(lines: readonly string[]): Step[] {
  const found: { who: string; command: string; output: string[] }[] = [];
  for (const line of lines) {
    const prompt = PROMPT.exec(line);
    if (prompt) found.push({ who: prompt[1]!, command: prompt[2] ?? '', output: [] });
    else if (found.length === 0) throw new Error(`not a prompt: ${line}`);
    else found.at(-1)!.output.push(line);
  }
  return found;
}

/**
 * Types a transcript into an empty server.
 * @returns the first step that shows something else than the server says, as a text; null when there is none
 */
export async function replay(lines: readonly string[], port: number): Promise<string | null> {
  const clients = new Map<string, Client>();
  const waiting = new Map<string, { command: string[]; expectation: Expectation }>();
  const observer = await Client.open('127.0.0.1', port);
  await observer.send('FLUSHALL');
  try {
    for (const { who, command, output } of steps(lines)) {
      const client = clients.get(who) ?? (await Client.open('127.0.0.1', port));
      clients.set(who, client);
      const words = splitArguments(Buffer.from(command, 'utf8').toString('latin1'));
      if (words === null) return `unbalanced quotes: ${command}`;
      const asked =
        words.length > 0
          ? { command: words, expectation: client.expect(...words) }
          : (waiting.get(who) ?? { command: [], expectation: client.receive() });
      waiting.delete(who);
      if (output.length === 0) {
        // The reply is shown later, or the command has none that is worth showing: it must be blocked then.
        waiting.set(who, asked);
        // When another client has been answered, the server has read what came before.
        await observer.send('PING');
        continue;
      }
      const raw = await asked.expectation.bytes;
      const printed = cliReply(asked.command, raw).split(/\r?\n/);
      if (!matches(output, printed)) return [`${who}> ${command}`, 'shown:', ...output, 'said:', ...printed].join('\n');
    }
    return waiting.size === 0
      ? null
      : `never shown: the reply to ${[...waiting.values()].map(({ command }) => command.join(' ')).join(', ')}`;
  } finally {
    for (const client of [observer, ...clients.values()]) await client.close();
  }
}

/** `…` in a line stands for any text, and alone on a line for any lines. */
export function matches(shown: readonly string[], printed: readonly string[]): boolean {
  const pattern = shown.map((line) => {
    if (line.trim() === '…') return '(?:[^\\n]*\\n)*?';
    return `${line.trimEnd().split('…').map(escape).join('[^\\n]*')}[ ]*\\n`;
  });
  return new RegExp(`^${pattern.join('')}$`).test(`${printed.map((line) => line.trimEnd()).join('\n')}\n`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

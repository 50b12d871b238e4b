import { Status } from '#shared/resp/reply.ts';
import type { CommandRow } from './command.ts';

/** The HELP that every command with sub-commands has (Redis: `addReplyHelp`). */
export function helpRow(container: CommandRow): CommandRow<unknown> {
  return {
    name: 'help',
    arity: 2,
    flags: 'loading stale',
    categories: container.categories ?? '',
    since: container.helpSince ?? container.since,
    summary: 'Prints this help.',
    run: () => helpLines(container).map((line) => new Status(line)),
  };
}

function helpLines(container: CommandRow): string[] {
  const name = container.name.toUpperCase();
  const lines = [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const { name, syntax, summary, help = [] } of container.subcommands!) {
    lines.push(`${name.toUpperCase()}${syntax ? ` ${syntax}` : ''}`, `    ${summary}`, ...help.map((line) => `    ${line}`));
  }
  return [...lines, 'HELP', '    Prints this help.'];
}

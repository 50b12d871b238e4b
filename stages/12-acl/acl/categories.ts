import { aclCategories } from '#shared/commands/acl-categories.ts';
import type { CommandTable } from '#shared/commands/command-table.ts';
import type { Command } from '#shared/commands/command.ts';

/** The commands and sub-commands of a category, a container before its sub-commands. */
export function commandsIn(table: CommandTable, category: string): Command[] {
  return everyCommand(table).filter((command) => aclCategories(command).includes(category));
}

function everyCommand({ commands }: CommandTable): Command[] {
  return [...commands.values()].flatMap((command) => [command, ...command.subcommands.values()]);
}

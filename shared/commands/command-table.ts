import type { Command, CommandRow, Family } from './command.ts';
import { CommandStats } from '../stats/command-stats.ts';
import { helpRow } from './help.ts';

/** Every command by its lower-case name, and by the upper-case one that most clients send (`populateCommandTable`). */
export interface CommandTable<R = never> {
  readonly commands: ReadonlyMap<string, Command<R>>;
  /** The command of a request, or its sub-command; undefined when there is none (Redis: `lookupCommand`). */
  find(args: readonly string[]): Command<R> | undefined;
  /** The command or container alone, in any case of letters. */
  findByName(name: string): Command<R> | undefined;
}

/** @throws Error when two rows have one name: a mistake in the table */
export function buildCommandTable<R>(families: readonly Family<R>[]): CommandTable<R> {
  const commands = new Map<string, Command<R>>();
  for (const family of families) {
    for (const row of family.rows) {
      if (commands.has(row.name)) throw new Error(`two rows for the command '${row.name}'`);
      commands.set(row.name, build(row, family, row.name));
    }
  }
  const byTypedName = new Map<string, Command<R>>();
  for (const [name, command] of commands) byTypedName.set(name, command).set(name.toUpperCase(), command);

  // A request mostly has the same command as the request before it.
  let lastName = '';
  let lastFound: Command<R> | undefined;
  const findByName = (name: string) => {
    if (name !== lastName) {
      lastFound = byTypedName.get(name) ?? byTypedName.get(name.toLowerCase());
      lastName = name;
    }
    return lastFound;
  };
  return {
    commands,
    findByName,
    find(args) {
      const command = findByName(args[0]!);
      if (command === undefined || command.subcommands.size === 0 || args.length === 1) return command;
      return command.subcommands.get(args[1]!.toLowerCase());
    },
  };
}

function build<R>(row: CommandRow<R>, family: Family<R>, fullName: string, container?: CommandRow<R>): Command<R> {
  const rows = row.subcommands ? [...row.subcommands, helpRow(row)] : [];
  const subcommands = rows.map((sub) => build(sub, family, `${fullName}|${sub.name}`, row));
  const flags = new Set(row.flags.split(' ').filter((flag) => flag !== ''));
  return {
    row,
    fullName,
    family,
    container,
    arity: row.arity,
    flags,
    isWrite: flags.has('write'),
    scriptFlags: row.scriptFlags,
    run: row.run,
    stats: new CommandStats(),
    subcommands: new Map(subcommands.map((sub) => [sub.row.name, sub])),
  };
}

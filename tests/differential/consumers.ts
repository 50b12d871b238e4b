import type { Command } from './arguments.ts';

/**
 * The commands, with each consumer created before the command that names it. Since 7.2 Redis creates a consumer that
 * XREADGROUP, XCLAIM or XAUTOCLAIM names, also when there is nothing for it; 7.0 and the stages only when there is.
 */
export function withConsumers(commands: readonly Command[]): Command[] {
  return commands.flatMap((command) => [...consumersOf(command), command]);
}

function consumersOf([name, ...words]: Command): Command[] {
  const upper = name!.toUpperCase();
  if (upper === 'XREADGROUP') {
    const [, group, consumer] = words;
    const first = words.findIndex((word) => word.toUpperCase() === 'STREAMS') + 1;
    const keys = words.slice(first, first + Math.ceil((words.length - first) / 2));
    return keys.map((key) => ['XGROUP', 'CREATECONSUMER', key, group ?? '', consumer ?? '']);
  }
  const [key, group, consumer] = words;
  if (!/^X(AUTO)?CLAIM$/.test(upper) || consumer === undefined) return [];
  return [['XGROUP', 'CREATECONSUMER', key!, group!, consumer]];
}

import type { Command } from './command.ts';

/** Which arguments of a command are channels that it publishes to or subscribes to (Redis: `ChannelSpecs`). */
export interface ChannelSpec {
  /** Positions; the last one may be -1: the last argument. */
  readonly first: number;
  readonly last: number;
  /** They are patterns of channels' names. */
  readonly arePatterns?: true;
}

/** The channels of a request; none where the row names none. */
export function channelsOf({ row }: Command, args: readonly string[]): readonly string[] {
  const { channels } = row;
  if (channels === undefined) return [];
  return args.slice(channels.first, channels.last === -1 ? args.length : channels.last + 1);
}

import type { Command } from '#shared/commands/command.ts';

/** A command that waits for EXEC (Redis: `multiCmd`). */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: readonly string[];
}

/** The requests that a client has sent since MULTI (Redis: `multiState`). */
export class Transaction {
  readonly queued: QueuedCommand[] = [];
  /** About how many bytes the queue takes. */
  size = 0;
  /** A request was refused: EXEC will refuse them all (CLIENT_DIRTY_EXEC). */
  aborted = false;
  /** EXEC is running the queue: nothing is queued, and nothing blocks (CLIENT_DENY_BLOCKING). */
  executing = false;
}

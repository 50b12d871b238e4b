import type { Request } from './request.ts';
import type { Database } from '../store/database.ts';
import type { KeyspaceListener } from '../store/keyspace.ts';

/** Where an effect goes: to the log, to the replicas (from stage 08 on), or to both. */
export const PROPAGATE_AOF = 1;
export const PROPAGATE_REPL = 2;
export const PROPAGATE_BOTH = PROPAGATE_AOF | PROPAGATE_REPL;

/** Repeats what commands did: the AOF, and from stage 08 on the replicas. */
export interface PropagationTarget {
  /** The effects it is given: PROPAGATE_AOF or PROPAGATE_REPL. */
  readonly takes: number;
  /** A command to be repeated in a database. */
  feed(db: number, command: readonly string[]): void;
}

interface Effect {
  readonly db: number;
  readonly command: readonly string[];
  /** PROPAGATE_AOF, PROPAGATE_REPL or both. */
  readonly to: number;
}

/**
 * The one place where a write becomes visible to others (Redis: `alsoPropagate`, `propagatePendingCommands`). What one
 * request does goes out as one unit, when it is done: a single command as it is, several between MULTI and EXEC.
 */
export class Propagation implements KeyspaceListener {
  private readonly targets: PropagationTarget[] = [];
  private effects: Effect[] = [];
  /** How many times effects have gone out; a client's last write is found by it (from stage 08 on). */
  units = 0;
  /** Where the effects of commands go; a script may leave out the log or the replicas (stage 12). */
  commandsTo = PROPAGATE_BOTH;
  /** How many commands are running: EXEC runs others. */
  private depth = 0;

  /** Whether EXEC is running others. */
  get isNested(): boolean {
    return this.depth > 1;
  }

  /** From now on `target` is given the effects that it takes. */
  add(target: PropagationTarget): void {
    if (!this.targets.includes(target)) this.targets.push(target);
  }

  remove(target: PropagationTarget): void {
    if (this.targets.includes(target)) this.targets.splice(this.targets.indexOf(target), 1);
  }

  begin(): void {
    this.depth++;
  }

  /** A command has run. Its effects are those it named with `propagateAs`; a write that named none goes as typed. */
  end({ client, command, args, effects }: Request, changed: boolean): void {
    if (effects !== undefined) for (const effect of effects) this.gather(client.db, effect, this.commandsTo);
    // DEBUG RELOAD changes the keyspace too, and is no write.
    else if (changed && command.isWrite) {
      // Most requests are one command, as it was typed: there is nothing to gather.
      if (this.depth === 1 && this.effects.length === 0) this.feed(client.db, args);
      else this.gather(client.db, args, this.commandsTo);
    }
    if (--this.depth === 0 && this.effects.length > 0) this.tell();
  }

  /**
   * An effect of its own, whatever command is running: between commands it goes out at once, within a command as
   * part of that one's unit. `to`: PROPAGATE_REPL for what must not be repeated at a restart, such as PUBLISH (09).
   */
  alsoPropagate(db: number, command: readonly string[], to = PROPAGATE_BOTH): void {
    this.gather(db, command, to);
    if (this.depth === 0) this.tell();
  }

  /** The others have to delete it: their clocks may differ, and their samples would. */
  keyRemoved(db: Database, key: string): void {
    this.alsoPropagate(db.index, ['DEL', key]);
  }

  private gather(db: number, command: readonly string[], to: number): void {
    if (this.targets.length > 0) this.effects.push({ db, command, to });
  }

  private tell(): void {
    if (this.effects.length === 0) return;
    const { effects } = this;
    this.effects = [];
    this.units++;
    for (const target of this.targets) {
      const own = effects.filter(({ to }) => (to & target.takes) !== 0);
      if (own.length > 1) target.feed(own[0]!.db, ['MULTI']);
      for (const { db, command } of own) target.feed(db, command);
      if (own.length > 1) target.feed(own.at(-1)!.db, ['EXEC']);
    }
  }

  private feed(db: number, command: readonly string[]): void {
    this.units++;
    for (let i = 0; i < this.targets.length; i++) this.targets[i]!.feed(db, command);
  }
}

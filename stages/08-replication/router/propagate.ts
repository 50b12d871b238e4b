import type { Request } from './request.ts';
import type { Database } from '../store/database.ts';
import type { KeyspaceListener } from '../store/keyspace.ts';

/** Who is told of everything that changes the keyspace: the AOF, and from stage 08 on the replicas. */
export interface PropagationTarget {
  /** A command to be repeated in a database. */
  feed(db: number, command: readonly string[]): void;
}

interface Effect {
  readonly db: number;
  readonly command: readonly string[];
}

/**
 * The one place where a write becomes visible to others (Redis: `alsoPropagate`, `propagatePendingCommands`). What one
 * request does is told as one unit, when it is done: a single command as it is, several between MULTI and EXEC.
 */
export class Propagation implements KeyspaceListener {
  private readonly targets: PropagationTarget[] = [];
  private effects: Effect[] = [];
  /** How many commands are running: EXEC runs others. */
  private depth = 0;

  /** Whether EXEC is running others. */
  get isNested(): boolean {
    return this.depth > 1;
  }

  /** From now on `target` is given every effect. */
  add(target: PropagationTarget): void {
    if (!this.targets.includes(target)) this.targets.push(target);
  }

  remove(target: PropagationTarget): void {
    if (this.targets.includes(target)) this.targets.splice(this.targets.indexOf(target), 1);
  }

  begin(): void {
    this.depth++;
  }

  /** A command has run. It is told if it changed something, as it was typed unless it said how else. */
  end({ client, command, args, effects }: Request, changed: boolean): void {
    if (this.targets.length > 0 && (changed || effects !== undefined) && command.flags.has('write')) {
      // Most requests are one command, told as it was typed: there is nothing to gather.
      if (effects === undefined && this.depth === 1 && this.effects.length === 0) this.feed(client.db, args);
      else for (const effect of effects ?? [args]) this.effects.push({ db: client.db, command: effect });
    }
    if (--this.depth === 0 && this.effects.length > 0) this.tell();
  }

  /** An expired key was removed: others are told to delete it, since their clocks may differ. */
  keyExpired(db: Database, key: string): void {
    if (this.targets.length === 0) return;
    this.effects.push({ db: db.index, command: ['DEL', key] });
    if (this.depth === 0) this.tell();
  }

  private tell(): void {
    const { effects } = this;
    this.effects = [];
    const unit = effects.length > 1;
    if (unit) this.feed(effects[0]!.db, ['MULTI']);
    for (let i = 0; i < effects.length; i++) this.feed(effects[i]!.db, effects[i]!.command);
    if (unit) this.feed(effects.at(-1)!.db, ['EXEC']);
  }

  private feed(db: number, command: readonly string[]): void {
    for (let i = 0; i < this.targets.length; i++) this.targets[i]!.feed(db, command);
  }
}

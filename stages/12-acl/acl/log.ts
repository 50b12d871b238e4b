/** Why a request was refused, as ACL LOG says it. */
export type DenialReason = 'command' | 'key' | 'channel' | 'auth';

/** Where it was: on its own, between MULTI and EXEC, or in a script. */
export type DenialContext = 'toplevel' | 'multi' | 'lua';

/** One refusal, and the client that it concerns. */
export interface DeniedRequest {
  readonly reason: DenialReason;
  readonly context: DenialContext;
  /** The command, key or channel; for a failed authentication the command that tried. */
  readonly object: string;
  readonly username: string;
  /** The client, as CLIENT LIST shows it. */
  readonly clientInfo: string;
}

/** Equal events within a minute are one entry that counts them (Redis: `ACLLogEntry`). */
export interface AclLogEntry {
  readonly id: number;
  event: DeniedRequest;
  count: number;
  /** ms since 1970. */
  readonly createdAt: number;
  updatedAt: number;
}

/** How many of the latest entries are looked at for an equal one, and how old it may be; ms. */
const LOOKED_AT = 10;
const GROUPED_MS = 60_000;

/** The latest refusals, newest first (Redis: `ACLLog`). */
export class AclLog {
  entries: AclLogEntry[] = [];
  private nextId = 0;

  /** Redis: `addACLLogEntry`. `maxLength`: `acllog-max-len`. */
  add(event: DeniedRequest, maxLength: number): void {
    const now = Date.now();
    const equal = this.entries.slice(0, LOOKED_AT).find((entry) => isEqual(entry, event, now));
    if (equal === undefined) this.entries.unshift({ id: this.nextId++, event, count: 1, createdAt: now, updatedAt: now });
    else {
      equal.count++;
      equal.event = event;
      equal.updatedAt = now;
      this.entries = [equal, ...this.entries.filter((entry) => entry !== equal)];
    }
    if (this.entries.length > maxLength) this.entries.length = maxLength;
  }

  reset(): void {
    this.entries = [];
  }
}

function isEqual({ event, updatedAt }: AclLogEntry, other: DeniedRequest, now: number): boolean {
  if (now - updatedAt > GROUPED_MS) return false;
  return (
    event.reason === other.reason &&
    event.context === other.context &&
    event.object === other.object &&
    event.username === other.username
  );
}

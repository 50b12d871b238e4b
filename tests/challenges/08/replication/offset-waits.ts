import { ReplyError, type Reply } from '#shared/resp/reply.ts';
import type { BlockedClients } from '../clients/blocked-clients.ts';
import type { Client } from '../clients/client.ts';

/** The history that this server has: its names, and how long it is. */
interface History {
  readonly replid: string;
  readonly replid2: string;
  readonly secondOffset: number;
  readonly offset: number;
}

interface OffsetWait {
  readonly client: Client;
  readonly replid: string;
  readonly offset: number;
}

/** Clients in WAITOFFSET: each waits until this server has what the client has written elsewhere. */
export class OffsetWaits {
  private readonly history: History;
  private readonly blockedClients: BlockedClients;
  private readonly waits = new Set<OffsetWait>();

  constructor(history: History, blockedClients: BlockedClients) {
    this.history = history;
    this.blockedClients = blockedClients;
  }

  /** `timeout` in ms, 0: for ever. @returns 1 or 0, if nothing has to be waited for. @throws ReplyError NOHISTORY */
  begin(client: Client, replid: string, offset: number, timeout: number): Reply {
    const wait = { client, replid: replid.toLowerCase(), offset };
    if (!this.isKnown(wait)) throw new ReplyError(NOHISTORY);
    if (this.isEnough(wait) || client.transaction?.executing) return this.reply(wait);
    this.waits.add(wait);
    return this.blockedClients.block(client, {
      timeout,
      timedOut: () => this.reply(wait),
      ended: () => this.waits.delete(wait),
    });
  }

  /** The history has become longer, or another one. */
  serve(): void {
    for (const wait of this.waits) {
      if (!this.isKnown(wait)) this.blockedClients.fail(wait.client, new ReplyError(NOHISTORY));
      else if (this.isEnough(wait)) this.blockedClients.unblock(wait.client, 1);
    }
  }

  /** The old name is good for what came before the new one. */
  private isKnown({ replid, offset }: OffsetWait): boolean {
    const { replid: current, replid2, secondOffset } = this.history;
    return replid === current || (replid === replid2 && offset < secondOffset);
  }

  private isEnough({ offset }: OffsetWait): boolean {
    return this.history.offset >= offset;
  }

  private reply(wait: OffsetWait): Reply {
    return this.isEnough(wait) ? 1 : 0;
  }
}

const NOHISTORY = 'NOHISTORY This server does not have that history';

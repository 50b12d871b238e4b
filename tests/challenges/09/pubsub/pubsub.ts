import { globMatch } from '#shared/glob.ts';
import { Push, type Reply } from '#shared/resp/reply.ts';
import type { Client } from '../clients/client.ts';
import type { Clients } from '../clients/clients.ts';
import { Subscriptions } from './subscriptions.ts';

/** All subscriptions, and the delivery of messages (Redis: pubsub.c). */
export class PubSub {
  readonly channels = new Subscriptions('');
  readonly patterns = new Subscriptions('p');
  /** Channels of a cluster's shards. Without a cluster they are just a second set of channels. */
  readonly shardChannels = new Subscriptions('s');
  private readonly subscribers = new Set<Client>();
  /** The last retained message of each channel that has one. */
  private readonly lastMessages = new Map<string, string>();
  private readonly clients: Clients;

  constructor(clients: Clients) {
    this.clients = clients;
  }

  /** Number of clients with subscriptions. */
  get size(): number {
    return this.subscribers.size;
  }

  /** @returns the client's confirmation (Redis: `pubsubSubscribeChannel`, `pubsubSubscribePattern`) */
  subscribe(client: Client, to: Subscriptions, name: string): Push {
    to.add(client, name);
    this.mark(client);
    return new Push([`${to.prefix}subscribe`, name, this.count(client, to)]);
  }

  /** @returns the client's confirmation, which it gets even if it had not subscribed (`pubsubUnsubscribeChannel`) */
  unsubscribe(client: Client, from: Subscriptions, name: string): Push {
    from.remove(client, name);
    this.mark(client);
    return this.unsubscribed(client, from, name);
  }

  /** @returns a confirmation for each name; without any, one that names none (`pubsubUnsubscribeAllChannels`) */
  unsubscribeAll(client: Client, from: Subscriptions): Push[] {
    const names = [...from.namesOf(client)];
    if (names.length === 0) return [this.unsubscribed(client, from, null)];
    return names.map((name) => this.unsubscribe(client, from, name));
  }

  /** Ends all subscriptions of a client that is gone, or that has sent RESET; there are no confirmations. */
  forget(client: Client): void {
    for (const from of [this.channels, this.patterns, this.shardChannels]) {
      for (const name of from.namesOf(client)) from.remove(client, name);
    }
    this.mark(client);
  }

  /**
   * Sends a message to the subscribers of a channel, and to those of each pattern that matches it. A client with several
   * matching subscriptions gets it several times (Redis: `pubsubPublishMessageInternal`).
   * @returns how often it was sent
   */
  publish(channel: string, message: string): number {
    const subscribers = this.channels.size === 0 ? undefined : this.channels.subscribersOf(channel);
    let sent = subscribers === undefined ? 0 : this.pushAll(subscribers, ['message', channel, message]);
    if (this.patterns.size === 0) return sent;
    for (const pattern of this.patterns.names()) {
      if (!globMatch(pattern, channel)) continue;
      sent += this.pushAll(this.patterns.subscribersOf(pattern)!, ['pmessage', pattern, channel, message]);
    }
    return sent;
  }

  /** @returns how many clients it was sent to */
  publishToShard(channel: string, message: string): number {
    const subscribers = this.shardChannels.subscribersOf(channel);
    return subscribers === undefined ? 0 : this.pushAll(subscribers, ['smessage', channel, message]);
  }

  /** Keeps a message for those who subscribe later, in place of the one before; the empty message ends that. */
  retain(channel: string, message: string): void {
    if (message === '') this.lastMessages.delete(channel);
    else this.lastMessages.set(channel, message);
  }

  /** What a new subscription has to be told at once. */
  retained(to: Subscriptions, name: string): Push[] {
    if (to === this.channels) {
      const message = this.lastMessages.get(name);
      return message === undefined ? [] : [new Push(['message', name, message])];
    }
    if (to !== this.patterns) return [];
    const matching = [...this.lastMessages].filter(([channel]) => globMatch(name, channel));
    return matching.map(([channel, message]) => new Push(['pmessage', name, channel, message]));
  }

  /** Sends a client a message; it leaves with the replies of this turn. */
  push(client: Client, message: Push): void {
    if (client.closing) return;
    client.replies.push(message);
    this.clients.scheduleWrite(client);
  }

  /** The message is encoded once for all subscribers. @returns how many they are */
  private pushAll(subscribers: ReadonlySet<Client>, items: readonly Reply[]): number {
    const message = new Push(items);
    for (const client of subscribers) this.push(client, message);
    return subscribers.size;
  }

  private unsubscribed(client: Client, from: Subscriptions, name: string | null): Push {
    return new Push([`${from.prefix}unsubscribe`, name, this.count(client, from)]);
  }

  /** What a confirmation says: shard channels are counted separately (Redis: `clientSubscriptionsCount`). */
  private count(client: Client, of: Subscriptions): number {
    if (of === this.shardChannels) return of.namesOf(client).size;
    return this.channels.namesOf(client).size + this.patterns.namesOf(client).size;
  }

  /** A client with subscriptions has its own class of output limits, and no timeout (CLIENT_PUBSUB). */
  private mark(client: Client): void {
    const subscribes = this.count(client, this.channels) + this.count(client, this.shardChannels) > 0;
    if (subscribes === this.subscribers.has(client)) return;
    if (subscribes) {
      this.subscribers.add(client);
      client.idleReasons++;
      if (client.type === 'normal') client.type = 'pubsub';
    } else {
      this.subscribers.delete(client);
      client.idleReasons--;
      if (client.type === 'pubsub') client.type = 'normal';
    }
  }
}

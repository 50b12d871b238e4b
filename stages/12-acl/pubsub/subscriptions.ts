import type { Client } from '../clients/client.ts';

const NONE: ReadonlySet<string> = new Set();

/** Which clients have subscribed to which names of one kind: channels, patterns or shard channels. */
export class Subscriptions {
  /** What the words of this kind begin with: nothing, `p` as in PSUBSCRIBE and `pmessage`, or `s`. */
  readonly prefix: '' | 'p' | 's';
  private readonly byName = new Map<string, Set<Client>>();
  /** A Set keeps the order in which a client has subscribed. */
  private readonly byClient = new Map<Client, Set<string>>();

  constructor(prefix: '' | 'p' | 's') {
    this.prefix = prefix;
  }

  /** Number of names that have a subscriber. */
  get size(): number {
    return this.byName.size;
  }

  /** Every name that has a subscriber. */
  names(): IterableIterator<string> {
    return this.byName.keys();
  }

  /** The subscribers of a name; undefined when it has none. */
  subscribersOf(name: string): ReadonlySet<Client> | undefined {
    return this.byName.get(name);
  }

  namesOf(client: Client): ReadonlySet<string> {
    return this.byClient.get(client) ?? NONE;
  }

  add(client: Client, name: string): void {
    setOf(this.byName, name).add(client);
    setOf(this.byClient, client).add(name);
  }

  remove(client: Client, name: string): void {
    withdraw(this.byName, name, client);
    withdraw(this.byClient, client, name);
  }
}

function setOf<K, V>(sets: Map<K, Set<V>>, key: K): Set<V> {
  let set = sets.get(key);
  if (set === undefined) sets.set(key, (set = new Set()));
  return set;
}

/** Names without subscribers, and clients without subscriptions, are not kept. */
function withdraw<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}

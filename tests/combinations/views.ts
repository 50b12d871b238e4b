import type { Dataset, GroupState, KeyState, StreamState } from '../interop/read-dataset.ts';

/**
 * A dataset without what an append-only file rewritten as commands loses, in Redis too: XCLAIM, which stands there for
 * a pending entry, takes none that was deleted from its stream. With it goes a consumer that owned no other.
 */
export function rewrittenView(dataset: Dataset): Dataset {
  return mapGroups(dataset, (group, { entries }) => {
    const ids = new Set(entries.map(([id]) => id));
    const pending = group.pending.filter(([id]) => ids.has(id));
    const owners = new Set(pending.map(([, consumer]) => consumer));
    const consumers = Object.entries(group.consumers).filter(([name]) => owners.has(name));
    return { ...group, pending, consumers: Object.fromEntries(consumers) };
  });
}

/** A dataset without pending entries and their owners: of use where such a rewrite ran while all went on. */
export function withoutPending(dataset: Dataset): Dataset {
  return mapGroups(dataset, (group) => ({ ...group, pending: [], consumers: {} }));
}

function mapGroups(dataset: Dataset, map: (group: GroupState, stream: StreamState) => GroupState): Dataset {
  const databases = [...dataset].map(([database, keys]): [number, Map<string, KeyState>] => {
    return [database, new Map([...keys].map(([key, state]) => [key, mapKey(state, map)]))];
  });
  return new Map(databases);
}

function mapKey(state: KeyState, map: (group: GroupState, stream: StreamState) => GroupState): KeyState {
  if (state.type !== 'stream') return state;
  const stream = state.value as StreamState;
  const groups = Object.entries(stream.groups).map(([name, group]) => [name, map(group, stream)]);
  return { ...state, value: { ...stream, groups: Object.fromEntries(groups) } };
}

import type { Dataset, GroupState, KeyState, StreamState } from '../interop/read-dataset.ts';

/**
 * A dataset without what Redis does not tell its replicas of consumer groups: a group's entries-read (claims carry the
 * last ID alone), consumers that own nothing pending (one that only asked is not streamed), and time and count of
 * deliveries (to read one's own pending entries again changes both, and is not streamed).
 */
export function replicaView(dataset: Dataset): Dataset {
  const databases = [...dataset].map(([database, keys]): [number, Map<string, KeyState>] => {
    return [database, new Map([...keys].map(([key, state]) => [key, viewOfKey(state)]))];
  });
  return new Map(databases);
}

function viewOfKey(state: KeyState): KeyState {
  if (state.type !== 'stream') return state;
  const stream = state.value as StreamState;
  const groups = Object.entries(stream.groups).map(([name, group]) => [name, viewOfGroup(group)]);
  return { ...state, value: { ...stream, groups: Object.fromEntries(groups) } };
}

function viewOfGroup(group: GroupState): GroupState {
  const owners = new Set(group.pending.map(([, consumer]) => consumer));
  return {
    ...group,
    entriesRead: null,
    pending: group.pending.map(([id, consumer]) => [id, consumer, 0, 0]),
    consumers: Object.fromEntries(Object.entries(group.consumers).filter(([name]) => owners.has(name))),
  };
}

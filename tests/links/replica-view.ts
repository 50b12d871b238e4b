import type { Dataset, GroupState, KeyState, StreamState } from '../interop/read-dataset.ts';

/**
 * A dataset without those facts about consumer groups that Redis does not stream to its replicas: a group's entries-read (claims carry the
 * last ID alone), consumers that own nothing pending (one that only asked is not streamed), and time and count of
 * deliveries (to read one's own pending entries again changes both, and is not streamed). The score -0 counts as 0: a
 * listpack does not keep its sign, and after a full sync a replica may hold as a listpack what its primary holds as a
 * skip list.
 */
export function replicaView(dataset: Dataset): Dataset {
  const databases = [...dataset].map(([database, keys]): [number, Map<string, KeyState>] => {
    return [database, new Map([...keys].map(([key, state]) => [key, viewOfKey(state)]))];
  });
  return new Map(databases);
}

function viewOfKey(state: KeyState): KeyState {
  if (state.type === 'zset') return { ...state, value: withoutNegativeZero(state.value as [string, string][]) };
  if (state.type !== 'stream') return state;
  const stream = state.value as StreamState;
  const groups = Object.entries(stream.groups).map(([name, group]) => [name, viewOfGroup(group)]);
  return { ...state, value: { ...stream, groups: Object.fromEntries(groups) } };
}

function withoutNegativeZero(entries: [string, string][]): [string, string][] {
  return entries.map(([member, score]) => [member, score === '-0' ? '0' : score]);
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

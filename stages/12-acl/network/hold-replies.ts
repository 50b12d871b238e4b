import type { NetworkServer } from './network-server.ts';
import { send, takeReplies } from './write-replies.ts';

/**
 * Takes all clients' replies, which may not leave yet. A client's later replies are taken by later calls.
 * @returns lets them leave
 */
export function holdPendingWrites(server: NetworkServer): () => void {
  const held = server.clients.takePendingWrite().map((client) => {
    const { size } = client.replies;
    const wire = takeReplies(server, client);
    client.heldReplies += size;
    return { client, size, wire, closing: client.closing };
  });
  return () => {
    for (const { client, size, wire, closing } of held) {
      client.heldReplies -= size;
      send(client, wire, closing);
    }
  };
}

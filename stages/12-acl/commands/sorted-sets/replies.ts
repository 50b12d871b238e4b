import { formatDouble } from '#shared/numbers/double.ts';
import { Double, type Reply } from '#shared/resp/reply.ts';
import type { Request } from '../../router/request.ts';
import type { Entries } from '../../store/sorted-set/sorted-set.ts';

/** A score: a bulk string in RESP2, a double in RESP3 (Redis: `addReplyDouble`). */
export function scoreReply(score: number): Reply {
  return new Double(formatDouble(score));
}

/** Members with their scores: in turn in RESP2, in pairs in RESP3. */
export function entriesReply({ client }: Request, { members, scores }: Entries): Reply {
  if (client.replies.protocol === 3) return pairsReply({ members, scores });
  const flat: string[] = [];
  for (let i = 0; i < members.length; i++) flat.push(members[i]!, formatDouble(scores[i]!));
  return flat;
}

/** Members with their scores, each in an array of two. */
export function pairsReply({ members, scores }: Entries): Reply {
  const pairs: Reply[] = [];
  for (let i = 0; i < members.length; i++) pairs.push([members[i]!, scoreReply(scores[i]!)]);
  return pairs;
}

import { createSource } from '../differential/family.ts';
import { comparedOn } from '../differential/families/all.ts';
import { encodeRequest } from '../harness/client.ts';
import type { Rng } from '../harness/rng.ts';

const FRAMING = '*$:+-0123456789\r\n\r\n"\' ';
const HOSTILE = [
  '*1048577\r\n',
  '*2147483648\r\n',
  '*-1\r\n*0\r\n',
  '*99999999999999999999\r\n',
  '*1\r\n$536870913\r\n',
  '*1\r\n$536870911\r\nabc',
  '*1\r\n$-5\r\n',
  '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\nx',
  '*1000000\r\n$1\r\na\r\n',
  'SET k "unbalanced\r\n',
  'PING\0PING\r\n',
  '\r\n\r\n\r\n',
];

/** An endless source of bytes that a server may be sent: random ones, broken requests, and a few that are right. */
export function createChunks(rng: Rng, stage: string): () => string {
  const sources = comparedOn(stage).map((family) => createSource(family, rng));
  const request = () =>
    sources.length === 0 ? encodeRequest(['ECHO', rng.bytes(5)]) : rng.pick(sources)().map(encodeRequest).join('');
  return () => {
    const kind = rng.next();
    if (kind < 0.25) return rng.bytes(rng.int(1, 60));
    if (kind < 0.4) return Array.from({ length: rng.int(1, 30) }, () => rng.pick([...FRAMING])).join('');
    if (kind < 0.43) return rng.pick(HOSTILE);
    if (kind < 0.4301) return 'x'.repeat(70_000);
    return kind < 0.55 ? request() : damage(request(), rng);
  };
}

/** A request with a byte changed, lost, or added, cut off, or begun again in the middle. */
function damage(bytes: string, rng: Rng): string {
  const at = rng.int(0, Math.max(0, bytes.length - 1));
  const [before, after] = [bytes.slice(0, at), bytes.slice(at)];
  const kinds = [
    () => before + rng.bytes(1) + after.slice(1),
    () => before + rng.pick([...'0123456789-']) + after.slice(1),
    () => before + after.slice(1),
    () => before + rng.bytes(rng.int(1, 3)) + after,
    () => before,
    () => after,
    () => before + bytes,
  ];
  return rng.pick(kinds)();
}

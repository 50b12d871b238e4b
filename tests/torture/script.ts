/**
 * Requests whose replies are the same each time they are run from an empty server, in RESP2: what the frame torture
 * sends. Each row names the stage that introduces its command. Bytes that are framing elsewhere (CR, LF, $, *)
 * stand inside.
 */
const ROWS: readonly [stage: string, ...requests: string[][]][] = [
  [
    '01',
    ['PING'],
    ['PING', 'hello'],
    ['ECHO', ''],
    ['ECHO', '\r\n'],
    ['ECHO', '*1\r\n$4\r\nPING\r\n'],
    ['ECHO', '\0\x01\x7f\x80\xfe\xff'],
    ['ECHO', 'twelve bytes'],
    ['ECHO', 'thirteen byte'],
    ['ECHO', '0123456789'.repeat(30)],
    ['echo'],
    ['NOSUCH', 'a', 'b\r\nc'],
    ['CLIENT', 'SETNAME', 'tortured'],
    ['CLIENT', 'GETNAME'],
  ],
  [
    '02',
    ['SET', 'k', 'v'],
    ['GET', 'k'],
    ['GET', 'none'],
    ['SET', '\r\n', '\0\r\n\0'],
    ['GET', '\r\n'],
    ['APPEND', 'k', 'w'.repeat(40)],
    ['STRLEN', 'k'],
    ['INCR', 'k'],
    ['INCR', 'n'],
    ['MGET', 'k', 'none', 'n'],
    ['SET', 'k'],
    ['DEL', 'k', 'n'],
    ['EXISTS', 'k'],
  ],
  [
    '03',
    ['RPUSH', 'l', 'a', '', 'b\r\nb'],
    ['LRANGE', 'l', '0', '-1'],
    ['LPOP', 'l', '2'],
    ['LPOP', 'none', '1'],
    ['SET', 's', 'x'],
    ['LPUSH', 's', 'y'],
    ['HSET', 'h', 'f', 'v', 'g', ''],
    ['HMGET', 'h', 'f', 'none', 'g'],
    ['BLPOP', 'l', '0'],
  ],
  [
    '04',
    ['XADD', 'x', '1-1', 'f', 'v'],
    ['XADD', 'x', '1-2', 'f', '\r\n'],
    ['XRANGE', 'x', '-', '+'],
    ['XREAD', 'STREAMS', 'x', '1-2'],
  ],
  ['05', ['MULTI'], ['SET', 't', '1'], ['INCR', 't'], ['LPUSH', 't', 'x'], ['EXEC'], ['EXEC'], ['GET', 't']],
  ['10', ['ZADD', 'z', '1.5', 'a', '2', 'b'], ['ZRANGE', 'z', '0', '-1', 'WITHSCORES']],
];

/** The requests for a stage, as words. */
export function tortureScript(stage: string): string[][] {
  return ROWS.filter(([since]) => since <= stage).flatMap(([, ...requests]) => requests);
}

/** Inline requests, as bytes. */
export const INLINE = [
  'PING\r\n',
  'ECHO "a b"\n',
  '\r\n',
  "ECHO 'it\\'s' \r\n",
  '  PING   x  \r\n',
  'ECHO "\\x00\\r\\n"\r\n',
];

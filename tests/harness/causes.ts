import type { Failure } from './failure.ts';

/**
 * The likely cause of a failed expectation, for the mistakes that people make when they write a server; null when
 * none of them is recognised. The first rule that fits wins: the specific ones stand before the general ones.
 */
export function likelyCause(failure: Failure): string | null {
  for (const rule of failure.extra ? [extraReply] : RULES) {
    const cause = rule(failure);
    if (cause) return cause;
  }
  return null;
}

type Rule = (failure: Failure) => string | null;

const RULES: Rule[] = [
  nothingReceived,
  echoed,
  lineEndings,
  missingCrlf,
  lengthInCharacters,
  wrongLength,
  nilForms,
  unknownCommand,
  statusOrBulk,
  integerOrBulk,
  protocolVersion,
  elementCount,
  errorShape,
  replyOfAnother,
  answeredTwice,
];

function extraReply({ extra, received }: Failure): string | null {
  if (extra === '\r\n') return 'the reply is followed by one CRLF too many';
  if (extra && extra === received) return 'the same reply was sent twice';
  return 'more was sent than one reply: each request gets exactly one';
}

function nothingReceived({ received, ending }: Failure): string | null {
  if (received !== '') return null;
  if (ending?.includes('closed'))
    return 'the server closed the connection instead of answering; did it stop with an error?';
  return ending
    ? 'the server did not answer: is the request parsed to its end, and is the reply really written (flushed)?'
    : null;
}

function echoed({ sent, received }: Failure): string | null {
  if (sent === null || received === '') return null;
  const wire = typeof sent === 'string' ? sent : encode(sent);
  return wire.startsWith(received) || received.startsWith(wire)
    ? 'the server sends back the bytes of the request itself'
    : null;
}

function lineEndings({ expected, received }: Failure): string | null {
  if (!('bytes' in expected) || !received.includes('\n')) return null;
  const bare = expected.bytes.replaceAll('\r\n', '\n');
  return received === bare || bare.startsWith(received)
    ? 'lines end in LF alone: RESP ends every line with CRLF (\\r\\n)'
    : null;
}

function missingCrlf({ expected, received }: Failure): string | null {
  if (!('bytes' in expected)) return null;
  if (received + '\r\n' === expected.bytes) return 'the CRLF at the end is missing';
  return received + '\n' === expected.bytes ? 'the reply ends in CR alone: the LF is missing' : null;
}

function lengthInCharacters({ expected, received }: Failure): string | null {
  if (!('bytes' in expected)) return null;
  const want = bulkParts(expected.bytes);
  const got = bulkParts(received);
  if (!want || !got || want.length === got.length || !/[\x80-\xff]/.test(want.data)) return null;
  const data = want.data.slice(0, want.length);
  const characters = [...Buffer.from(data, 'latin1').toString('utf8')].length;
  if (got.length !== characters) return null;
  return `the length after $ counts characters (${got.length}); it must count bytes (${want.length})`;
}

function wrongLength({ received }: Failure): string | null {
  const got = bulkParts(received);
  if (!got || got.length < 0 || got.data.slice(got.length) === '\r\n') return null;
  const data = got.data.endsWith('\r\n') ? got.data.length - 2 : got.data.length;
  if (data === got.length || (data > got.length && got.data.startsWith('\r\n', got.length))) return null;
  return `the length after $ says ${got.length} bytes, but ${data} follow`;
}

const NIL_NAMES: Record<string, string> = {
  '$-1\r\n': 'a nil bulk string ($-1)',
  '*-1\r\n': 'a nil array (*-1)',
  '_\r\n': 'the null of RESP3 (_)',
  '$0\r\n\r\n': 'an empty string ($0)',
  '*0\r\n': 'an empty array (*0)',
  '$4\r\nnull\r\n': 'the word "null"',
  '$5\r\n(nil)\r\n': 'the word "(nil)", which is only how redis-cli prints a nil',
};

function nilForms({ expected, received }: Failure): string | null {
  if (!('bytes' in expected)) return null;
  const want = NIL_NAMES[expected.bytes];
  const got = NIL_NAMES[received];
  if (!want || !got) return null;
  const why = want.includes('array')
    ? 'this command answers with an array'
    : 'this is what "there is no such value" looks like here';
  return `${got} was sent where ${want} belongs: ${why}`;
}

function unknownCommand({ expected, received, sent }: Failure): string | null {
  if (!/^-ERR unknown (command|subcommand)/i.test(received)) return null;
  if ('bytes' in expected && expected.bytes.startsWith('-ERR unknown')) return null;
  if (sent === null || typeof sent === 'string') return null;
  const words = /^-ERR unknown subcommand/i.test(received) ? 2 : 1;
  return `the server does not know ${sent.slice(0, words).join(' ').toUpperCase()} yet`;
}

function statusOrBulk({ expected, received }: Failure): string | null {
  const [want, got] = scalars(expected, received);
  if (want === null || got === null || want.text.toLowerCase() !== got.text.toLowerCase()) return null;
  if (want.type === '+' && got.type === '+') return `the case of the letters differs: "${want.text}"`;
  if (want.type === '+' && got.type === '$')
    return `"${want.text}" belongs in a simple string (+${want.text}), not in a bulk string`;
  if (want.type === '$' && got.type === '+')
    return 'this reply is data, so a bulk string ($…), not a simple string (+…)';
  return want.type === '-' && got.type === '+' ? 'errors begin with "-", not with "+"' : null;
}

function integerOrBulk({ expected, received }: Failure): string | null {
  const [want, got] = scalars(expected, received);
  if (want === null || got === null || want.text !== got.text) return null;
  if (want.type === ':' && '$+'.includes(got.type)) return 'this reply is an integer (:…), not a string';
  return want.type === '$' && got.type === ':'
    ? 'this reply is a bulk string ($…) that holds digits, not an integer'
    : null;
}

function protocolVersion({ expected, received }: Failure): string | null {
  if (!('bytes' in expected)) return null;
  const want = expected.bytes[0] ?? '';
  const got = received[0] ?? '';
  if (want === '*' && '%~>'.includes(got))
    return `"${got}" is a type of RESP3: a connection that did not ask for it with HELLO 3 gets arrays (*)`;
  if (got === '*' && '%~>'.includes(want)) return `after HELLO 3 this reply has the RESP3 type "${want}"`;
  return null;
}

function elementCount({ expected, received, ending }: Failure): string | null {
  if (!('bytes' in expected)) return null;
  const want = /^([*~%>])(\d+)\r\n/.exec(expected.bytes);
  const got = /^([*~%>])(\d+)\r\n/.exec(received);
  if (!want || !got || want[1] !== got[1] || want[2] === got[2]) return null;
  const same = received.slice(got[0].length) === expected.bytes.slice(want[0].length);
  if (same) return `the header announces ${got[2]} elements, but ${want[2]} follow`;
  if (ending) return `the header announces ${got[2]} elements, and not all of them came`;
  return `${want[2]} elements expected, ${got[2]} received`;
}

function errorShape({ expected, received }: Failure): string | null {
  if (!('bytes' in expected) || !expected.bytes.startsWith('-')) return null;
  const want = expected.bytes.slice(1).trimEnd();
  const got = received.slice(1).trimEnd();
  if (!received.startsWith('-')) return 'this must be an error reply (-…), and was answered as if all were well';
  if (want.slice(want.indexOf(' ') + 1) === got)
    return `the error text lacks its code: it begins with "${want.split(' ')[0]}"`;
  return want.toLowerCase() === got.toLowerCase() ? 'the case of the letters differs in the error text' : null;
}

/** Replies so common that the same one twice in a row proves nothing. */
const COMMON = /^(\+OK|\+QUEUED|\$-1|\*-1|_|:0|\$0\r\n|\*0|-[^\r]*)\r\n$/;

function replyOfAnother({ sent, expected, received, history }: Failure): string | null {
  if (!('bytes' in expected) || received === '' || COMMON.test(received) || !history?.length) return null;
  const last = history.at(-1)!;
  const sameCommand = Array.isArray(sent) && sent[0] === last.sent[0];
  if (received === last.received && !sameCommand) {
    return 'the server may be one reply behind: this is what the request before got (was a reply sent twice?)';
  }
  return null;
}

function answeredTwice({ expected, received }: Failure): string | null {
  if (!('bytes' in expected) || expected.bytes === '') return null;
  return received.startsWith(expected.bytes)
    ? 'the reply is right, and something comes after it: each request gets exactly one'
    : null;
}

function bulkParts(bytes: string): { length: number; data: string } | null {
  const header = /^\$(-?\d+)\r\n/.exec(bytes);
  return header && { length: Number(header[1]), data: bytes.slice(header[0].length) };
}

interface Scalar {
  type: string;
  text: string;
}

function scalars(expected: Failure['expected'], received: string): [Scalar | null, Scalar | null] {
  return ['bytes' in expected ? scalar(expected.bytes) : null, scalar(received)];
}

function scalar(bytes: string): Scalar | null {
  const line = /^([+\-:])([^\r\n]*)\r\n$/.exec(bytes);
  if (line) return { type: line[1]!, text: line[2]! };
  const bulk = bulkParts(bytes);
  return bulk && bulk.length >= 0 ? { type: '$', text: bulk.data.slice(0, -2) } : null;
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

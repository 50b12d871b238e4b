import { describe, expect, test } from 'vitest';
import { explainCheck } from './failed-check.ts';
import { failureText, type Failure } from './failure.ts';
import { quoted, showCommand } from './show.ts';
import { inTime, until } from './time.ts';

const bytes = (expected: string, received: string, more: Partial<Failure> = {}) =>
  failureText({ sent: ['GET', 'k'], expected: { bytes: expected }, received, ...more });

describe('the text of a failure', () => {
  test('shows what was sent, both byte strings, and a caret under the first difference', () => {
    expect(bytes('$3\r\nabc\r\n', '$3\r\nabd\r\n')).toBe(
      [
        'sent      GET k',
        'expected  "$3\\r\\nabc\\r\\n"',
        'received  "$3\\r\\nabd\\r\\n"',
        '                   ^ byte 6',
      ].join('\n'),
    );
  });

  test('puts the caret where the shorter one ends', () => {
    const lines = bytes(':10\r\n', ':1').split('\n');
    expect(lines[3]!.indexOf('^')).toBe(lines[1]!.indexOf('0'));
  });

  test('cuts long replies around the first difference', () => {
    const same = 'x'.repeat(5000);
    const text = bytes(`$5001\r\n${same}a\r\n`, `$5001\r\n${same}b\r\n`);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(140);
    expect(lines[3]!.indexOf('^')).toBe(lines[1]!.indexOf('a\\r'));
    expect(lines[3]).toContain('byte 5007');
  });

  test('tells what went before on the connection', () => {
    const history = [{ sent: ['SET', 'k', 'a b'], received: '+OK\r\n' }];
    expect(bytes('$-1\r\n', '$1\r\na\r\n', { history })).toContain('before    SET k "a b"  ->  +OK\\r\\n');
  });

  test('says why there was no reply', () => {
    expect(bytes('+OK\r\n', '+O', { ending: 'no complete reply within 10 s' })).toContain(
      'ended     no complete reply within 10 s',
    );
  });

  test('shows commands and bytes as redis-cli does', () => {
    expect(showCommand(['SET', 'k', '', 'two words', 'it"s', 'a\r\n\0'])).toBe(
      'SET k "" "two words" "it\\"s" "a\\r\\n\\x00"',
    );
    expect(quoted('\x07\b\t\\"\xff')).toBe('"\\a\\b\\t\\\\\\"\\xff"');
  });
});

describe('the likely cause', () => {
  const rows: [mistake: string, expected: string, received: string, cause: RegExp, more?: Partial<Failure>][] = [
    ['no CRLF at the end', '+OK\r\n', '+OK', /CRLF at the end is missing/],
    ['LF alone', '$1\r\na\r\n', '$1\na\n', /LF alone/],
    ['CR alone', '+OK\r\n', '+OK\r', /LF is missing/],
    [
      'length in characters',
      '$5\r\nh\xc3\xa4hn\r\n',
      '$4\r\nh\xc3\xa4hn\r\n',
      /counts characters \(4\); it must count bytes \(5\)/,
    ],
    ['a wrong length', '$3\r\nabc\r\n', '$2\r\nabc\r\n', /says 2 bytes, but 3 follow/],
    ['nil array for nil', '$-1\r\n', '*-1\r\n', /nil array \(\*-1\) was sent where a nil bulk string/],
    ['nil for nil array', '*-1\r\n', '$-1\r\n', /answers with an array/],
    ['empty string for nil', '$-1\r\n', '$0\r\n\r\n', /an empty string/],
    ['the word null', '$-1\r\n', '$4\r\nnull\r\n', /the word "null"/],
    ['bulk for status', '+OK\r\n', '$2\r\nOK\r\n', /simple string/],
    ['status for bulk', '$1\r\nv\r\n', '+v\r\n', /this reply is data/],
    ['case of a status', '+OK\r\n', '+ok\r\n', /case of the letters/],
    ['bulk for integer', ':1\r\n', '$1\r\n1\r\n', /this reply is an integer/],
    ['integer for bulk', '$1\r\n1\r\n', ':1\r\n', /holds digits/],
    ['map in RESP2', '*2\r\n$1\r\na\r\n$1\r\nb\r\n', '%1\r\n$1\r\na\r\n$1\r\nb\r\n', /type of RESP3/],
    ['array in RESP3', '%1\r\n$1\r\na\r\n$1\r\nb\r\n', '*2\r\n$1\r\na\r\n$1\r\nb\r\n', /after HELLO 3/],
    ['wrong count in the header', '*2\r\n:1\r\n:2\r\n', '*3\r\n:1\r\n:2\r\n', /announces 3 elements, but 2 follow/],
    ['too few elements', '*2\r\n:1\r\n:2\r\n', '*1\r\n:1\r\n', /2 elements expected, 1 received/],
    ['no error', '-ERR syntax error\r\n', '+OK\r\n', /must be an error reply/],
    ['error without its code', '-ERR syntax error\r\n', '-syntax error\r\n', /lacks its code/],
    ['error as status', '-ERR no\r\n', '+ERR no\r\n', /errors begin with "-"/],
    ['unknown command', '+OK\r\n', "-ERR unknown command 'GET'\r\n", /does not know GET/],
    ['unknown sub-command', '+OK\r\n', "-ERR unknown subcommand 'k'. Try GET HELP.\r\n", /does not know GET K yet/],
    ['echo of the request', '$1\r\nv\r\n', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', /sends back the bytes of the request/],
    ['silence', '+OK\r\n', '', /did not answer/, { ending: 'no complete reply within 10 s' }],
    ['closed', '+OK\r\n', '', /closed the connection instead/, { ending: 'the server closed the connection' }],
    ['one behind', ':2\r\n', ':1\r\n', /one reply behind/, { history: [{ sent: ['INCR', 'n'], received: ':1\r\n' }] }],
    ['a reply too many', '+OK\r\n', '+OK\r\n', /exactly one/, { extra: ':1\r\n' }],
    ['the same reply twice', '+OK\r\n', '+OK\r\n', /sent twice/, { extra: '+OK\r\n' }],
    ['a CRLF too many', '+OK\r\n', '+OK\r\n', /one CRLF too many/, { extra: '\r\n' }],
  ];
  test.each(rows)('%s', (_mistake, expected, received, cause, more) => {
    const text = bytes(expected, received, more);
    expect(text.slice(text.indexOf('\nlikely')).replaceAll(/\n +/g, ' ')).toMatch(cause);
  });

  test('is not guessed where nothing famous is seen', () => {
    expect(bytes('$1\r\na\r\n', '$1\r\nb\r\n')).not.toContain('likely');
    expect(bytes(':1\r\n', ':2\r\n')).not.toContain('likely');
  });

  test('is not a reply that came late, where the same request before got the same reply', () => {
    const refused = '-NOPROTO unsupported protocol version\r\n';
    const history = [{ sent: ['HELLO', '4'], received: refused }];
    const expected = { bytes: '-ERR Protocol version is not an integer or out of range\r\n' };
    expect(failureText({ sent: ['HELLO', ''], expected, received: refused, history })).not.toContain('likely');
  });

  test('is not a reply that came late, where many requests are answered so', () => {
    for (const [sent, received] of [['SET', '+OK\r\n'], ['GET', '$-1\r\n'], ['DEL', '-ERR no\r\n']] as const) {
      const history = [{ sent: [sent, 'k'], received }];
      expect(bytes('$1\r\nv\r\n', received, { sent: ['GETDEL', 'k'], history })).not.toContain('one reply behind');
    }
  });
});

describe('a failure that is not one of a reply', () => {
  const explained = async (fails: () => unknown) => {
    const error = await (async () => fails())().then(() => new Error('it did not fail'), (thrown: Error) => thrown);
    explainCheck(error, { sent: ['GET', 'k'], received: '$1\r\nv\r\n' });
    expect(error.stack!.split(error.message)).toHaveLength(2);
    expect(error.stack!.split('sent      GET k').length).toBeLessThanOrEqual(2);
    return error.message.split('\n');
  };
  const asked = ['sent      GET k', 'reply     "$1\\r\\nv\\r\\n"'];

  test('a test that does not end: what it waited for', async () => {
    const lines = await explained(() => inTime(5, new Promise(() => {}), () => 'a reply to BLPOP k 0'));
    expect(lines).toEqual([...asked, 'expected  a reply to BLPOP k 0', 'ended     waited 0.005 s for a reply to BLPOP k 0']);
  });

  test('a condition that does not come about', async () => {
    const lines = await explained(() => until(() => false, '1 blocked client', 5));
    expect(lines).toEqual([...asked, 'expected  1 blocked client', 'ended     waited 0.005 s for 1 blocked client']);
  });

  test('a reply that cannot be read: no error of JavaScript without a word', async () => {
    for (const read of [() => (null as unknown as string).split('.'), () => BigInt('one'), () => JSON.parse('{')]) {
      const lines = await explained(read);
      expect(lines.slice(0, 3)).toEqual([...asked, 'expected  a reply of the kind that this test reads']);
      expect(lines[3]).toMatch(/^check     it cannot be read \(.+\)$/);
    }
  });

  test('a comparison: both values', async () => {
    const lines = await explained(() => expect([1, 2]).toEqual([1, 3]));
    expect(lines.slice(0, 4)).toEqual([...asked, 'expected  [ 1, 3 ]', 'received  [ 1, 2 ]']);
  });

  test('a comparison with a name for the value: the name, and nothing about how values are compared', async () => {
    const lines = await explained(() => expect('master', 'role in INFO').toBe('slave'));
    expect(lines.slice(2)).toEqual(["expected  'slave'", "received  'master'", "check     role in INFO: expected 'master' to be 'slave'"]);
  });

  test('a comparison by a rule: the rule in words', async () => {
    const lines = await explained(() => expect(['a', 'b']).toEqual(['a', expect.stringMatching(/c/)]));
    expect(lines.slice(2, 4)).toEqual(["expected  [ 'a', StringMatching /c/ ]", "received  [ 'a', 'b' ]"]);
  });

  test('a server that does not start stays as it is, with what it printed', async () => {
    const text = 'the server ended with exit code 1 before it answered PING\n  command: x\n  output:\n    no';
    expect(await explained(() => Promise.reject(new Error(text)))).toEqual(text.split('\n'));
  });
});

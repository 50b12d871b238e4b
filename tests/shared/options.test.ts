import { describe, expect, test } from 'vitest';
import { readDirectives } from '#shared/options/load-options.ts';
import { defaults, describeOptions, readFlags } from '#shared/options/parse.ts';
import { boolean, bytesOf, choice, integer, memory, memoryOrPercent, OptionError, string, words } from '#shared/options/types.ts';

const TABLE = {
  port: integer({ default: 6379, min: 0, max: 65535, help: 'TCP port' }),
  maxmemory: memory({ default: () => 1024, help: 'refuse to grow past this' }),
  limit: memory({ default: 0, min: 10, max: 1024 ** 3, help: 'has bounds' }),
  appendonly: boolean({ default: false, help: 'log every write' }),
  appendfsync: choice({ default: 'everysec', values: ['always', 'everysec', 'no'], help: 'when to fsync' }),
  dir: string({ default: '.', help: 'working directory' }),
  bind: words({ default: ['127.0.0.1'], help: 'addresses' }),
};

function parseFlags(table: typeof TABLE, argv: string[]) {
  return readDirectives(table, readFlags(argv)).values;
}

function problem(...argv: string[]): string {
  try {
    parseFlags(TABLE, argv);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  }
  return 'no error';
}

describe('flags', () => {
  test('none: the defaults', () => {
    expect(parseFlags(TABLE, [])).toEqual({
      port: 6379,
      maxmemory: 1024,
      limit: 0,
      appendonly: false,
      appendfsync: 'everysec',
      dir: '.',
      bind: ['127.0.0.1'],
    });
    expect(parseFlags(TABLE, [])).toEqual(defaults(TABLE));
  });

  test('each takes the words up to the next flag', () => {
    const argv = ['--port', '7000', '--bind', '127.0.0.1', '-::1', '--appendonly', 'YES', '--appendfsync', 'Always', '--dir', '/tmp/a b'];
    expect(parseFlags(TABLE, argv)).toMatchObject({
      port: 7000,
      bind: ['127.0.0.1', '-::1'],
      appendonly: true,
      appendfsync: 'always',
      dir: '/tmp/a b',
    });
  });

  test('names are known in any case of letters; the last one counts', () => {
    expect(parseFlags(TABLE, ['--PORT', '1', '--port', '2']).port).toBe(2);
  });

  test('a first value may start with --, as a password may', () => {
    expect(parseFlags(TABLE, ['--dir', '--a', '--port', '7000'])).toMatchObject({ dir: '--a', port: 7000 });
  });

  test('name and value may stand in one word, with quotes as in redis.conf', () => {
    const argv = ['--maxmemory 700mb', "--dir 'a b'", '--bind 127.0.0.1', '-::1', '--port', '1'];
    expect(parseFlags(TABLE, argv)).toMatchObject({ maxmemory: 700 * 1024 ** 2, dir: 'a b', bind: ['127.0.0.1', '-::1'], port: 1 });
  });

  test('--save may stand alone', () => {
    const saves = (...argv: string[]) => readFlags(argv).map(({ name, words }) => [name, ...words]);
    expect(saves('--save', '--port', '1')).toEqual([['save', ''], ['port', '1']]);
    expect(saves('--port', '1', '--SAVE')).toEqual([['port', '1'], ['save', '']]);
    expect(saves('--save', '', '--port', '1')).toEqual([['save', ''], ['port', '1']]);
  });

  test('an empty word is a value', () => expect(parseFlags(TABLE, ['--dir', '']).dir).toBe(''));
});

describe('flags of Redis that the table does not have', () => {
  const leftOut = (...argv: string[]) => readDirectives(TABLE, readFlags(argv)).leftOut;

  test('are left out and named once, unless they say what Redis does by default', () => {
    expect(leftOut('--io-threads', '4', '--cluster-enabled', 'no', '--io-threads', '2')).toEqual(['io-threads']);
    expect(leftOut('--slowlog-max-len', '128', '--logfile', '', '--pidfile', '')).toEqual([]);
  });

  test('the last one counts', () => {
    expect(leftOut('--cluster-enabled', 'yes', '--cluster-enabled', 'no')).toEqual([]);
  });
});

describe('numbers of bytes', () => {
  const GOOD: [string, number][] = [
    ['0', 0],
    ['100', 100],
    ['100b', 100],
    ['1k', 1000],
    ['1kb', 1024],
    ['2m', 2_000_000],
    ['2MB', 2 * 1024 ** 2],
    ['3g', 3e9],
    ['3Gb', 3 * 1024 ** 3],
  ];
  for (const [text, bytes] of GOOD) test(text, () => expect(parseFlags(TABLE, ['--maxmemory', text]).maxmemory).toBe(bytes));

  for (const text of ['', 'x', '1x', '1.5gb', '-1', '1 mb', 'mb', '1tb', '1kbb', '0x10', '99999999999gb']) {
    test(`not ${JSON.stringify(text)}`, () => expect(problem('--maxmemory', text)).toMatch(/^--maxmemory .*: argument must be /));
  }

  test('bounds', () => {
    expect(problem('--limit', '9')).toContain('argument must be between 10 and 1073741824 inclusive');
    expect(problem('--limit', '2gb')).toContain('argument must be between 10 and 1073741824 inclusive');
    expect(parseFlags(TABLE, ['--limit', '1gb']).limit).toBe(1024 ** 3);
  });
});

describe('a number of bytes or a percentage', () => {
  const share = memoryOrPercent({ default: 0, help: '' });

  test('is one or the other, and shown as such', () => {
    const forms: [text: string, value: number, shown: string, line: string][] = [
      ['5%', -5, '5%', '5%'],
      ['100%', -100, '100%', '100%'],
      ['0%', 0, '0', '0'],
      ['2mb', 2 * 1024 ** 2, '2097152', '2mb'],
    ];
    for (const [text, value, shown, line] of forms) {
      expect(share.parse([text])).toBe(value);
      expect([share.format(value), share.lines!(value)]).toEqual([shown, [[line]]]);
    }
    expect(() => share.parse(['101%'])).toThrow('percentage argument must be less or equal to 100');
    for (const text of ['%', '-5%', '5 %', 'x']) expect(() => share.parse([text])).toThrow('argument must be a memory or percent value');
  });

  test('comes to bytes', () => {
    expect([bytesOf(-5, 1000), bytesOf(-5, 0), bytesOf(7, 1000)]).toEqual([50, 0, 7]);
  });
});

describe('errors are one line that names the option', () => {
  const BAD = 'Bad directive or wrong number of arguments';
  const CASES: [argv: string[], message: string][] = [
    [['--porr', '1'], `--porr 1: ${BAD}; did you mean 'port'?`],
    [['--prot', '1'], `--prot 1: ${BAD}; did you mean 'port'?`],
    [['--append', '1'], `--append 1: ${BAD}; did you mean 'appendonly'?`],
    [['--appendonl', 'yes'], `--appendonl yes: ${BAD}; did you mean 'appendonly'?`],
    [['--verbose', 'yes'], `--verbose yes: ${BAD}`],
    [['--toString', 'x'], `--toString x: ${BAD}`],
    [['--__proto__', 'x'], `--__proto__ x: ${BAD}`],
    [['--', 'x'], `-- x: ${BAD}`],
    [['port', '1'], "Unexpected argument 'port': options start with '--'"],
    [['--port'], '--port: wrong number of arguments'],
    [['--port', '--appendonly', 'yes'], '--port --appendonly yes: wrong number of arguments'],
    [["--dir 'a"], "--dir 'a: Unbalanced quotes in configuration line"],
    [['--port', '1', '2'], '--port 1 2: wrong number of arguments'],
    [['--port', 'x'], "--port x: argument couldn't be parsed into an integer"],
    [['--port', '1.5'], "--port 1.5: argument couldn't be parsed into an integer"],
    [['--port', '65536'], '--port 65536: argument must be between 0 and 65535 inclusive'],
    [['--port', '-1'], '--port -1: argument must be between 0 and 65535 inclusive'],
    [['--appendonly', 'maybe'], "--appendonly maybe: argument must be 'yes' or 'no'"],
    [['--appendfsync', 'x'], '--appendfsync x: argument(s) must be one of the following: always, everysec, no'],
    [['--bind'], '--bind: wrong number of arguments'],
    [['--bind', ''], '--bind : an argument is empty'],
    [['--requirepass', 'secret'], 'requirepass: this stage cannot protect the server in this way, and does not start without it'],
  ];
  for (const [argv, message] of CASES) test(argv.join(' '), () => expect(problem(...argv)).toBe(message));
});

describe('values', () => {
  test('format gives back what parse takes', () => {
    const values = parseFlags(TABLE, ['--bind', 'a', 'b', '--maxmemory', '1mb', '--appendonly', 'yes']);
    expect(TABLE.bind.format(values.bind)).toBe('a b');
    expect(TABLE.maxmemory.format(values.maxmemory)).toBe('1048576');
    expect(TABLE.appendonly.format(values.appendonly)).toBe('yes');
    expect(TABLE.appendfsync.format(values.appendfsync)).toBe('everysec');
  });
});

test('help is a line an option, with placeholder, text and default', () => {
  const lines = describeOptions(TABLE).split('\n');
  expect(lines).toHaveLength(Object.keys(TABLE).length);
  expect(lines[0]).toMatch(/^ {2}--port <number> +TCP port \[6379\]$/);
  expect(lines[1]).toMatch(/^ {2}--maxmemory <bytes> +refuse to grow past this \[1024\]$/);
  expect(lines[3]).toMatch(/^ {2}--appendonly yes\|no +log every write \[no\]$/);
});

test('help of an option with many values has a line of its own, and an empty default is shown as ""', () => {
  const policies = ['volatile-lru', 'volatile-lfu', 'volatile-random', 'allkeys-lru', 'noeviction'] as const;
  const table = { policy: choice({ default: 'noeviction', values: policies, help: 'what goes' }), file: string({ default: '', help: 'a path' }) };
  expect(describeOptions(table).split('\n')).toEqual([
    `  --policy ${policies.join('|')}`,
    `${' '.repeat(46)}what goes [noeviction]`,
    `${'  --file <string>'.padEnd(44)}  a path [""]`,
  ]);
});

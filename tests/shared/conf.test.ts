import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConf, readConfFile } from '#shared/options/conf-file.ts';
import { readDirectives } from '#shared/options/load-options.ts';
import { readFlags } from '#shared/options/parse.ts';
import { directory, fileName } from '#shared/options/paths.ts';
import { REDIS_DIRECTIVES } from '#shared/options/redis-directives.ts';
import { rewriteConf, rewriteConfFile } from '#shared/options/rewrite-conf.ts';
import { savePoints } from '#shared/options/save-points.ts';
import { choice, integer, memory, OptionError, string, words } from '#shared/options/types.ts';
import { Client } from '../harness/client.ts';
import { parseTarget } from '../harness/target.ts';

const TABLE = {
  port: integer({ default: 6379, min: 0, max: 65535, help: '' }),
  hz: integer({ default: 10, min: 1, max: 500, help: '' }),
  maxmemory: memory({ default: 0, help: '' }),
  bind: words({ default: ['127.0.0.1'], help: '' }),
  loglevel: choice({ default: 'notice', values: ['notice', 'debug'], help: '' }),
  name: string({ default: '', help: '' }),
  dbfilename: fileName('dbfilename', { default: 'dump.rdb', help: '' }),
  save: savePoints({ default: '3600 1', help: '' }),
};

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'conf-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file in the test's folder. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, 'latin1');
  return path;
}

function load(text: string, ...flags: string[]) {
  const { values, leftOut } = readDirectives(TABLE, [...parseConf(text, 'redis.conf'), ...readFlags(flags)]);
  return { values, ignored: leftOut };
}

/** What `load` complains of. */
function problem(text: string): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  }
  return 'no error';
}

const BAD = 'Bad directive or wrong number of arguments';

describe('lines of redis.conf', () => {
  test('names, words, and where they stand', () => {
    expect(parseConf('# c\n\n \tHZ 20 "a b"\t\r\n', 'f')).toEqual([
      { name: 'hz', words: ['20', 'a b'], file: 'f', line: 3, text: 'HZ 20 "a b"' },
    ]);
  });

  test('every byte comes through', () => {
    const { values } = load(`name "\\x00\\xff${'\xe9'}"\n`);
    expect(values.name).toBe('\0\xff\xe9');
  });

  test('flags override, and save points add up over both', () => {
    const { values } = load('hz 20\nsave 10 1\n', '--hz', '30', '--save', '20 2');
    expect(values.hz).toBe(30);
    expect(TABLE.save.format(values.save)).toBe('10 1 20 2');
  });

  test('what Redis knows and the table does not is left out, and named unless it is the default', () => {
    const standard = 'appendonly no\nauto-aof-rewrite-min-size 64mb\nappendfilename "appendonly.aof"\n';
    expect(load(`daemonize yes\n${standard}appendfsync always\n`).ignored).toEqual(['daemonize', 'appendfsync']);
  });

  const ERRORS: [conf: string, message: string][] = [
    ['hzz 20', `redis.conf:1: hzz 20: ${BAD}; did you mean 'hz'?`],
    ['appendonyl yes', `redis.conf:1: appendonyl yes: ${BAD}; did you mean 'appendonly'?`],
    ['bananas 3', `redis.conf:1: bananas 3: ${BAD}`],
    ['"" 3', `redis.conf:1: "" 3: ${BAD}`],
    ['__proto__ 3', `redis.conf:1: __proto__ 3: ${BAD}`],
    ['hz 20\nhz "', 'redis.conf:2: hz ": Unbalanced quotes in configuration line'],
    ['hz x', "redis.conf:1: hz x: argument couldn't be parsed into an integer"],
    ['hz', 'redis.conf:1: hz: wrong number of arguments'],
    ['save 1 2 3', 'redis.conf:1: save 1 2 3: Invalid save parameters'],
  ];
  for (const [conf, message] of ERRORS) test(JSON.stringify(conf), () => expect(problem(conf)).toBe(message));

  test('what protects the server is not left out', () => {
    const refused = /this stage cannot protect the server/;
    expect(problem('requirepass secret')).toMatch(refused);
    expect(problem('user default off')).toMatch(refused);
    expect(problem('user alice on nopass ~* &* +@all')).toMatch(refused);
    expect(problem('aclfile /etc/redis/users.acl')).toMatch(refused);
    expect(problem('rename-command FLUSHALL ""')).toMatch(refused);
    expect(load('user default on nopass sanitize-payload ~* &* +@all\nrequirepass ""\n').ignored).toEqual([]);
  });
});

describe('include', () => {
  test('files and patterns, in order', () => {
    file('one/b.conf', 'hz 2\n');
    file('one/a.conf', 'hz 1\n');
    file('one/.hidden.conf', 'hz 9\n');
    const main = file('main.conf', `port 1\ninclude ${folder}/o*e/*.conf\ninclude "${folder}/none*"\nport 2\n`);
    const found = readConfFile(main).map(({ name, words, line }) => `${line} ${name} ${words}`);
    expect(found).toEqual(['1 port 1', '1 hz 1', '1 hz 2', '4 port 2']);
  });

  test('a file that is not there, or that includes itself', () => {
    const missing = join(folder, 'nosuch');
    expect(() => readConfFile(missing)).toThrow(`can't open config file '${missing}': No such file`);
    expect(() => readConfFile(folder)).toThrow('Is a directory');
    const loop = file('loop.conf', `include ${folder}/loop2.conf\n`);
    const other = file('loop2.conf', `\ninclude ${loop}\n`);
    expect(() => readConfFile(loop)).toThrow(`${other}:2: include ${loop}: the file includes itself`);
  });
});

describe('rewriting', () => {
  function rewritten(text: string, changes: Partial<Record<keyof typeof TABLE, string>>, included?: string[]): string {
    const { values } = load(text);
    for (const [name, value] of Object.entries(changes)) {
      const option = TABLE[name as keyof typeof TABLE];
      (values as Record<string, unknown>)[name] = option.parse(option.severalWords ? value.split(' ') : [value]);
    }
    return rewriteConf(text, TABLE, values, new Set(included));
  }

  test('nothing has changed: every byte as it was', () => {
    const text = '# top\r\nHZ   "20"\n\n\n  maxmemory 1048576\nsave 1 2 3 4\nbind 127.0.0.1\nappendonly  no # é\n';
    expect(rewritten(text, {})).toBe(text);
  });

  test('a changed line in its place; superseded ones go', () => {
    expect(rewritten('# a\nhz 1\n# b\nhz 2\n# c\n', { hz: '5' })).toBe('# a\nhz 5\n# b\n# c\n');
    expect(rewritten('hz 1\nhz 2\n', {})).toBe('hz 2\n');
    expect(rewritten('hz 20\n', { hz: '10' })).toBe('hz 10\n');
  });

  test('new ones at the end, under one head line', () => {
    const once = rewritten('# a', { hz: '5', maxmemory: '3221225472' });
    expect(once).toBe('# a\n\n# Generated by CONFIG REWRITE\nhz 5\nmaxmemory 3gb\n');
    expect(rewritten(once, { port: '1' })).toBe(`${once}port 1\n`);
    expect(rewritten('', {})).toBe('');
  });

  test('save points are one group of lines', () => {
    const text = 'save 1 1\n# a\nsave 2 2\n';
    expect(rewritten(text, { save: '3 3 4 4' })).toBe('save 3 3\nsave 4 4\n# a\n');
    expect(rewritten(text, { save: '' })).toBe('save ""\n# a\n');
    expect(rewritten('# a\n', { save: '' })).toBe('# a\n\n# Generated by CONFIG REWRITE\nsave ""\n');
    expect(rewritten('# a\n', { save: '3600 1' })).toBe('# a\n');
  });

  test('words are quoted where they must be, and read back as they were', () => {
    for (const name of ['', 'a b', '"', "it's", 'a\\b', '\n\t\x00', '\xc3\xa9', '#1', 'plain']) {
      const text = rewritten('name old\n', { name });
      expect(load(text).values.name, text).toBe(name);
      expect(text.split('\n')).toHaveLength(2);
    }
    expect(rewritten('name old\n', { name: 'plain' })).toBe('name plain\n');
    expect(rewritten('', { bind: '127.0.0.1 -::1' })).toContain('bind 127.0.0.1 -::1\n');
  });

  test('an option that an included file sets gets the last word at the end', () => {
    const text = rewritten('hz 20\ninclude x\n', { hz: '30' }, ['hz']);
    expect(text).toBe('include x\n\n# Generated by CONFIG REWRITE\nhz 30\n');
    expect(rewritten('include x\n', { save: '5 5' }, ['save'])).toMatch(/save ""\nsave 5 5\n$/);
  });

  test('the file is replaced as a whole: mode and links stay, nothing is left beside it', () => {
    const path = file('rw/redis.conf', 'hz 20\n');
    chmodSync(path, 0o640);
    symlinkSync(path, join(folder, 'rw/link.conf'));
    const { values } = load('hz 30\n');
    rewriteConfFile(join(folder, 'rw/link.conf'), TABLE, values);
    expect(readFileSync(path, 'utf8')).toBe('hz 30\n');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(folder, 'rw/link.conf')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(folder, 'rw')).sort()).toEqual(['link.conf', 'redis.conf']);
  });
});

describe('folders', () => {
  const dir = directory({ default: './', help: '' });
  test('are absolute; the last one has to be there', () => {
    expect(dir.parse([join(folder, '.')])).toBe(folder);
    expect(() => dir.accept!(join(folder, 'nosuch'))).toThrow('No such file or directory');
    expect(() => dir.accept!(file('plain', ''))).toThrow('Not a directory');
    const conf = parseConf(`dir /nosuch\ndir ${folder}\n`, 'redis.conf');
    expect(readDirectives({ dir }, conf).values.dir).toBe(folder);
    expect(() => readDirectives({ dir }, conf.slice(0, 1))).toThrow('redis.conf:1: dir /nosuch: No such file or directory');
    expect(() => dir.parse([''])).toThrow('No such file or directory');
  });
});

const STOCK = '/etc/redis/redis.conf';
describe.skipIf(!existsSync(STOCK))('the redis.conf that comes with Redis', () => {
  test('is read; only what it changes is named', () => {
    expect(readDirectives(TABLE, readConfFile(STOCK)).leftOut).toEqual(['daemonize', 'pidfile', 'logfile', 'dir']);
  });
});

describe.skipIf(spawnSync('redis-server', ['--version']).status !== 0)('the list of Redis’s directives', () => {
  test('has all that CONFIG GET * shows, with their defaults', async () => {
    const redis = await parseTarget('redis').start();
    const client = await Client.open(redis.host, redis.port);
    const flat = (await client.send('CONFIG', 'GET', '*')) as string[];
    await client.close();
    await redis.stop();
    const own = ['port', 'bind', 'dir', 'save', 'enable-debug-command', 'client-output-buffer-limit'];
    const names = flat.filter((_, at) => at % 2 === 0);
    expect(names.length).toBeGreaterThan(150);
    names.forEach((name, at) => {
      if (!own.includes(name)) expect(REDIS_DIRECTIVES.get(name), name).toBe(flat[at * 2 + 1]);
    });
    expect(own.filter((name) => !REDIS_DIRECTIVES.has(name))).toEqual([]);
  });
});

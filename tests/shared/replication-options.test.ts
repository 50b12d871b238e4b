import { describe, expect, test } from 'vitest';
import { parseConf } from '#shared/options/conf-file.ts';
import { readDirectives } from '#shared/options/load-options.ts';
import { outputLimits } from '#shared/options/output-limits.ts';
import { defaults, readFlags } from '#shared/options/parse.ts';
import { primaryAddress } from '#shared/options/primary-address.ts';
import { rewriteConf } from '#shared/options/rewrite-conf.ts';
import { boolean } from '#shared/options/types.ts';

const table = {
  replicaof: primaryAddress({ immutable: true, help: '' }),
  'replica-read-only': boolean({ default: true, help: '' }),
  'client-output-buffer-limit': outputLimits({ help: '' }),
};

/** The values that the lines of a redis.conf make. */
function read(text: string) {
  return readDirectives(table, parseConf(text, 'redis.conf')).values;
}

function parseFlags(own: typeof table, argv: string[]) {
  return readDirectives(own, readFlags(argv)).values;
}

describe('replicaof', () => {
  test('a host and a port, or NO ONE', () => {
    expect(parseFlags(table, ['--replicaof', '10.0.0.1', '6379']).replicaof).toEqual(['10.0.0.1', '6379']);
    expect(parseFlags(table, ['--replicaof', '10.0.0.1 6379']).replicaof).toEqual(['10.0.0.1', '6379']);
    expect(parseFlags(table, ['--replicaof', 'no', 'one']).replicaof).toEqual([]);
    expect(() => parseFlags(table, ['--replicaof', 'host'])).toThrow('wrong number of arguments');
    expect(() => parseFlags(table, ['--replicaof', 'host', '65536'])).toThrow('Invalid master port');
  });

  test('is rewritten, and removed when there is no primary', () => {
    const followed = { ...defaults(table), replicaof: ['h', '1'] };
    expect(rewriteConf('# mine\n', table, followed)).toContain('\nreplicaof h 1\n');
    expect(rewriteConf('# mine\nreplicaof h 1\n', table, defaults(table))).toBe('# mine\n');
  });
});

describe('names from before version 5', () => {
  test('are understood in a file and as flags', () => {
    expect(read('slaveof h 1\nslave-read-only no')).toMatchObject({ replicaof: ['h', '1'], 'replica-read-only': false });
    expect(parseFlags(table, ['--slave-read-only', 'no'])['replica-read-only']).toBe(false);
  });

  test('a line with one is kept while it says what holds, else it gets the new name', () => {
    const text = 'slave-read-only no\n';
    expect(rewriteConf(text, table, read(text))).toBe(text);
    expect(rewriteConf(text, table, defaults(table))).toBe('replica-read-only yes\n');
  });
});

describe('client-output-buffer-limit', () => {
  const shown = (text: string) => table['client-output-buffer-limit'].format(read(text)['client-output-buffer-limit']);

  test('is shown with all classes, the replicas by their old name', () => {
    expect(shown('')).toBe('normal 1073741824 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60');
  });

  test('lines add up', () => {
    const lines = 'client-output-buffer-limit replica 2mb 1mb 5\nclient-output-buffer-limit pubsub 1mb 0 0';
    expect(shown(lines)).toBe('normal 1073741824 0 0 slave 2097152 1048576 5 pubsub 1048576 0 0');
  });

  test('what is written into a file is read back', () => {
    const values = read('client-output-buffer-limit slave 2mb 0 0');
    expect(read(rewriteConf('', table, values))).toEqual(values);
  });

  test('refuses wrong classes, numbers and counts', () => {
    const line = (rest: string) => () => read(`client-output-buffer-limit ${rest}`);
    expect(line('replica 1mb 1mb')).toThrow('Wrong number of arguments in buffer limit configuration.');
    expect(line('other 1mb 1mb 1')).toThrow('Invalid client class specified in buffer limit configuration.');
    expect(line('replica x 1mb 1')).toThrow('Error in hard, soft or soft_seconds setting');
    expect(line('replica 1mb 1mb -1')).toThrow('Error in hard, soft or soft_seconds setting');
  });
});

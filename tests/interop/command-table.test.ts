import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtStages } from '#shared/manifest.ts';
import type { Decoded } from '#shared/resp/decoder.ts';
import { Status } from '#shared/resp/reply.ts';
import { Client } from '../harness/client.ts';
import { parseTarget, type RunningServer } from '../harness/target.ts';

/**
 * COMMAND INFO and DOCS of each stage answer the same as those of the real server: clients route by
 * it, and the stages' own guards, ACL and COMMAND GETKEYS ask the same rows. Texts for humans are each server's own.
 */

/** Where a fact differs on purpose, by `command fact`, with the reason. */
const EXCEPTIONS: Record<string, string> = {
  'zrank arity': 'WITHSCORE came with 7.2',
  'zrevrank arity': 'WITHSCORE came with 7.2',
  'acl|deluser tips': 'from 7.2 on, a tip for clients of several servers says to send it to all of them',
  'acl|save tips': 'from 7.2 on',
  'acl|setuser tips': 'from 7.2 on',
};

/** The facts of one command, in a form that can be compared: sets are sorted. */
interface Facts {
  arity: number;
  flags: string[];
  keys: string;
  categories: string[];
  tips: string[];
  'key specs': string[];
  since: string;
  group: string;
  /** `deprecated`, `syscmd`. */
  'doc flags': string[];
  'deprecated since': string | undefined;
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI'] === 'true') throw new Error('redis-server is not on the PATH, and it is required here');
if (!hasRedis) console.log('redis-server is not on the PATH: the command tables were not compared');

describe.skipIf(!hasRedis)('COMMAND INFO and DOCS are what the real server says', () => {
  let redis: RunningServer;
  let real: Map<string, Facts>;

  beforeAll(async () => {
    redis = await parseTarget('redis').start();
    real = await readTable(redis);
  });
  afterAll(() => redis.stop());

  test('the real table was read', () => {
    expect(real.get('get')).toEqual({
      arity: 2,
      flags: ['fast', 'readonly'],
      keys: '1 1 1',
      categories: ['@fast', '@read', '@string'],
      tips: [],
      'key specs': [expect.stringContaining('"access"')],
      since: '1.0.0',
      group: 'string',
      'doc flags': [],
      'deprecated since': undefined,
    });
    expect(real.get('getset')).toMatchObject({ 'doc flags': ['deprecated'], 'deprecated since': '6.2.0' });
    expect(real.get('mget')?.tips).toEqual(['request_policy:multi_shard']);
    expect(real.get('client|setname')?.arity).toBe(3);
  });

  for (const stage of builtStages()) {
    test(`stage ${stage.number}`, async () => {
      const server = await parseTarget(stage.dir).start();
      const table = await readTable(server).finally(() => server.stop());
      expect(table.size).toBeGreaterThan(10);
      const differences: string[] = [];
      for (const [name, facts] of table) {
        const wanted = real.get(name);
        for (const fact of wanted ? (Object.keys(wanted) as (keyof Facts)[]) : []) {
          const [ours, theirs] = [JSON.stringify(facts[fact]), JSON.stringify(wanted![fact])];
          if (ours !== theirs && !EXCEPTIONS[`${name} ${fact}`]) differences.push(`${name}: ${fact}\n  stage ${ours}\n  real  ${theirs}`);
        }
      }
      expect(differences.join('\n'), 'facts that differ').toBe('');
    });
  }

  test('the exceptions name facts that exist', () => {
    for (const exception of Object.keys(EXCEPTIONS)) {
      const [name] = exception.split(' ');
      expect(real.has(name!), exception).toBe(true);
    }
  });
});

/** Every command and sub-command of a server, by full name. */
async function readTable({ host, port }: RunningServer): Promise<Map<string, Facts>> {
  const client = await Client.open(host, port);
  const table = new Map<string, Facts>();
  const docs = new Map<string, Map<Decoded, Decoded>>();
  const addDocs = (all: Decoded): void => {
    for (const [name, facts] of pairs(all)) {
      docs.set(name as string, new Map(pairs(facts)));
      addDocs(docs.get(name as string)!.get('subcommands') ?? []);
    }
  };
  const add = (row: Decoded): void => {
    const [name, arity, flags, first, last, step, categories, tips, specs, subcommands] = row as Decoded[];
    const doc = docs.get(name as string)!;
    table.set(name as string, {
      arity: arity as number,
      flags: words(flags!),
      keys: `${first} ${last} ${step}`,
      categories: words(categories!),
      tips: words(tips!),
      'key specs': (specs as Decoded[]).map(specText),
      since: doc.get('since') as string,
      group: doc.get('group') as string,
      'doc flags': words(doc.get('doc_flags') ?? []),
      'deprecated since': doc.get('deprecated_since') as string | undefined,
    });
    for (const subcommand of subcommands as Decoded[]) add(subcommand);
  };
  try {
    addDocs(await client.send('COMMAND', 'DOCS'));
    for (const row of (await client.send('COMMAND')) as Decoded[]) add(row);
  } finally {
    await client.close();
  }
  return table;
}

/** A map of RESP2: names and values in turn. */
function pairs(map: Decoded): [Decoded, Decoded][] {
  const items = map as Decoded[];
  return items.flatMap((name, i) => (i % 2 === 0 ? [[name, items[i + 1]!]] : []));
}

function words(set: Decoded): string[] {
  return (set as Decoded[]).map(plain).map(String).sort();
}

/** A key spec's flags are a set; the rest of it stands in one order. Remarks for humans are left out. */
function specText(spec: Decoded): string {
  const fields = plain(spec) as unknown[];
  const facts = new Map<unknown, unknown>();
  for (let i = 0; i < fields.length; i += 2) facts.set(fields[i], fields[i + 1]);
  facts.delete('notes');
  facts.set('flags', [...(facts.get('flags') as string[])].sort());
  return JSON.stringify([...facts]);
}

/** Simple strings as strings. */
function plain(value: Decoded): unknown {
  if (value instanceof Status) return value.text;
  return Array.isArray(value) ? value.map(plain) : value;
}

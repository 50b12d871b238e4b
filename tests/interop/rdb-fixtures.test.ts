import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../harness/target.ts';
import { tryStart } from '../corruption/try-start.ts';
import { until } from '../harness/time.ts';
import { rdbFixtures, type Fixture } from '../fixtures/rdb/generate.ts';
import { crc64 } from '../fixtures/rdb/bytes.ts';
import { diffDatasets } from './dataset.ts';
import { DUMP, startOn, type DumpServer } from './dump.ts';
import { cleanUp, hasRedis, rdbStages } from './servers.ts';

/**
 * Dump files written byte by byte, each with the data that it stands for. Real Redis has to load these data from them, where
 * 7.0 knows the format: that proves the files. Then every stage from 06 on has to.
 */

const fixtures = rdbFixtures();
const running = cleanUp();

test('the checksum of the fixtures is the right one', () => {
  expect(crc64('123456789').toString(16)).toBe('e9c6d914c4b8d9ca');
  expect(new Set(fixtures.map(({ name }) => name)).size).toBe(fixtures.length);
});

describe.skipIf(!hasRedis('the fixtures were not proven by it'))('redis', () => {
  const known = fixtures.filter(({ knownTo7_0 }) => knownTo7_0);

  test(`loads ${known.filter(loads).length} of ${fixtures.length} fixtures to what they mean`, async () => {
    const server = await running(startOn(parseTarget('redis')));
    for (const fixture of known.filter(loads)) expect(await loaded(server, fixture), fixture.name).toEqual([]);
  });

  test('refuses files that no server may load', async () => {
    for (const fixture of known.filter((one) => !loads(one))) {
      const { ending, untouched } = await tryStart(parseTarget('redis'), dumpOf(fixture), SANITIZE);
      // However it ends: it aborts over a key that stands twice, and ends with 0 over functions in their old form.
      expect(ending, fixture.name).toMatch(/^ended /);
      expect(untouched, fixture.name).toBe(true);
    }
  });
});

describe.each(rdbStages())('stage $number', (stage) => {
  const target = parseTarget(stage.dir);
  const refusedBy = (fixture: Fixture) => {
    const { refused, refusedBefore } = fixture;
    return refused ?? (refusedBefore && stage.number < refusedBefore.stage ? refusedBefore.says : undefined);
  };
  const good = fixtures.filter((fixture) => refusedBy(fixture) === undefined);

  test(`loads ${good.length} fixtures to what they mean`, async () => {
    const server = await running(startOn(target));
    for (const fixture of good) {
      expect(await loaded(server, fixture), fixture.name).toEqual([]);
      await server.client.expect('DEBUG', 'RELOAD').ok();
      expect(diffDatasets(fixture.meaning, await server.read()), `${fixture.name}, saved and loaded again`).toEqual([]);
    }
  }, 60_000);

  test('loads one at its start', async () => {
    const fixture = good.find(({ name }) => name === 'several-databases')!;
    const server = await running(startOn(target, { bytes: fixture.bytes }));
    expect(diffDatasets(fixture.meaning, await server.read())).toEqual([]);
  });

  const bad = fixtures.filter((fixture) => refusedBy(fixture) !== undefined);
  test(`refuses ${bad.length}: one line with file, offset and reason`, async () => {
    const { server, client, path } = await running(startOn(target));
    for (const fixture of bad) {
      writeFileSync(path, fixture.bytes, 'latin1');
      const before = server.process!.output().length;
      const logged = () => server.process!.output().slice(before);
      await client.expect('DEBUG', 'RELOAD', 'NOSAVE').errorLike(/^ERR Error trying to load the RDB dump/);
      // The server's log comes through another pipe than the reply, perhaps later.
      await until(() => logged().includes(DUMP) && logged().endsWith('\n'), `a line about ${fixture.name}`);
      expectOneLine(fixture, logged(), refusedBy(fixture)!);
    }
  }, 60_000);

  const some = bad.filter(({ name }) => AT_START.test(name));
  test.each(some)('does not start on $name, and leaves it as it is', async (fixture) => {
    const { ending, output, untouched } = await tryStart(target, dumpOf(fixture));
    expect(ending, output).toBe('ended with exit code 1');
    expectOneLine(fixture, output, refusedBy(fixture)!);
    expect(untouched, 'the file is as it was').toBe(true);
  });
});

/** Without it, Redis trusts that a file with the right checksum was written by it. */
const SANITIZE = ['--sanitize-dump-payload', 'yes'];
const AT_START = /^(zset-listpack|refused-(signature|version-13|truncated|checksum|key-twice))$/;

function expectOneLine(fixture: Fixture, output: string, reason: RegExp): void {
  const lines = output.split('\n').filter((line) => line.includes(`'${DUMP}'`));
  expect(lines, `${fixture.name}\n${output}`).toEqual([expect.stringMatching(/offset \d+/)]);
  expect(lines[0], fixture.name).toMatch(reason);
  expect(output, 'a stack is for bugs').not.toMatch(/^\s+at /m);
}

function dumpOf({ bytes }: Fixture): Record<string, Buffer> {
  return { [DUMP]: Buffer.from(bytes, 'latin1') };
}

function loads(fixture: Fixture): boolean {
  return fixture.refused === undefined;
}

/** Loads the fixture's file into a running server. @returns what differs from its meaning */
async function loaded({ client, path, read }: DumpServer, fixture: Fixture): Promise<string[]> {
  writeFileSync(path, fixture.bytes, 'latin1');
  await client.expect('DEBUG', 'RELOAD', 'NOSAVE').ok();
  return diffDatasets(fixture.meaning, await read());
}

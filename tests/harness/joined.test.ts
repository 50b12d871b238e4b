import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { joinModules } from './joined.ts';

test('modules are joined to one that runs each of them once, in the order of Node, circles and packages included', async () => {
  const root = mkdtempSync(join(tmpdir(), 'joined-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const modules = {
    'a/main.js': 'const b = require("./b.js"); const log = require("#shared/log.ts"); await null; log.say("main " + b.ofC());',
    'a/b.js': 'exports.name = () => "b"; require("#shared/log.ts").say("b"); const c = require("./deep/c.js"); exports.ofC = c.value;',
    'a/deep/c.js': 'const b = require("../b.js"); require("#shared/log.ts").say("c"); exports.value = () => "c of " + b.name();',
    'shared/log.js': 'const path = require("node:path"); exports.say = (text) => globalThis.said.push(path.basename("x/" + text)); exports.say("log");',
  };
  for (const [path, text] of Object.entries(modules)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const file = join(root, 'joined.mjs');
  writeFileSync(file, joinModules(root, 'a/main.js'));
  const said: string[] = [];
  Object.assign(globalThis, { said });
  await import(pathToFileURL(file).href);
  expect(said).toEqual(['log', 'b', 'c', 'main c of b']);
});

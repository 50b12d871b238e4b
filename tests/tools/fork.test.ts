import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtStages, findStage, PROJECT_ROOT, type Stage } from '#shared/manifest.ts';
import { fork, startAnew } from '#shared/tools/fork.ts';
import { STARTERS } from '#shared/tools/fork/starters.ts';
import { readTree } from '#shared/tools/tree/files.ts';
import { Client } from '../harness/client.ts';
import { endWithUs, freePort } from '../harness/process.ts';
import { runToolIn, scratchProject, scratchTree } from './scratch.ts';

const FILES = {
  'shared/log.ts': "import chalk from 'chalk';\nimport './deep/clock.ts';\n",
  'shared/deep/clock.ts': 'export {};\n',
  'shared/unused.ts': 'export {};\n',
  'stages/01-ping/main.ts': "import '#shared/log.ts';\n",
  'stages/01-ping/store/a b.ts': 'export {};\n',
};

describe('npm run fork', () => {
  test('copies the stage, what it needs of shared/, and nothing else', () => {
    const { root } = scratchProject(FILES);
    const { code, stdout } = runToolIn(root, 'fork', ['01', 'my redis'], { INIT_CWD: join(root, 'stages') });
    expect(code).toBe(0);
    expect([...readTree(join(root, 'stages/my redis')).keys()]).toEqual([
      'README.md',
      'course.js',
      'package.json',
      'server/main.ts',
      'server/store/a b.ts',
      'shared/deep/clock.ts',
      'shared/log.ts',
      'tsconfig.json',
    ]);
    expect(stdout).toContain("  cd 'my redis'\n  npm install\n  npm start -- --port 7001\n");
    expect(stdout).toContain('  npm run diff 01 -- ');
    expect(stdout).toMatch(/npm test 01 -- --cmd "node --import tsx .*'\/server\/main\.ts --port \{port\} \{flags\}"\n/);
    expect(stdout).not.toContain('npm run diff 02');
  });

  test('its package has a proper name, our imports and exact versions', () => {
    const scratch = scratchProject(FILES);
    runToolIn(scratch.root, 'fork', ['ping', 'My Redis!']);
    const made = JSON.parse(scratch.read('My Redis!/package.json')!);
    expect(made).toMatchObject({ name: 'my-redis', imports: { '#shared/*': './shared/*' } });
    expect(made.scripts.start).toBe('node --import tsx server/main.ts');
    expect(Object.keys(made.dependencies)).toEqual(['chalk', 'tsx']);
    const versions = Object.values({ ...made.dependencies, ...made.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(JSON.parse(scratch.read('My Redis!/tsconfig.json')!).include).toEqual(['server', 'shared']);
    expect(scratch.read('My Redis!/.gitignore')).toContain('node_modules/\n');
  });

  test('an empty folder will do; anything else that is there is refused and left alone', () => {
    const { root } = scratchProject({ ...FILES, 'full/mine.txt': 'mine', file: 'a file' });
    spawnSync('mkdir', [join(root, 'empty')]);
    expect(runToolIn(root, 'fork', ['01', 'empty']).code).toBe(0);
    const full = runToolIn(root, 'fork', ['01', 'full']);
    expect([full.code, full.stdout]).toEqual([1, '']);
    expect(full.stderr).toMatch(/full is there already, and not empty\n$/);
    expect([...readTree(join(root, 'full')).keys()]).toEqual(['mine.txt']);
    expect(runToolIn(root, 'fork', ['01', 'file']).stderr).toMatch(/file is a file\n$/);
  });

  test.each([
    [['01'], /^Name one folder: npm run fork 01 my-redis\n$/],
    [['01', 'a', 'b'], /^Name one folder/],
    [['pong', 'a'], /did you mean 01-ping\?/],
  ])('%j is refused', (args, complaint) => {
    const { code, stderr } = runToolIn(scratchProject(FILES).root, 'fork', args);
    expect(stderr).toMatch(complaint);
    expect(code).toBe(1);
  });
});

describe('a copy', () => {
  const last = builtStages().at(-1)!;

  function copyOf(stage: Stage): string {
    const folder = join(scratchTree({ a: '' }).root, 'my redis');
    fork(stage, folder);
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    return folder;
  }

  test('of the last stage built starts, and answers PING', async () => {
    const server = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', '--port', '0'], {
      cwd: copyOf(last),
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((done) => server.on('exit', done));
    onTestFinished(async () => {
      server.kill();
      await ended; // the server saves its data in the folder, which is removed next
    });
    const port = await new Promise<number>((done, fail) => {
      let output = '';
      server.stdout.on('data', (chunk) => {
        output += chunk;
        const found = /port (\d+)/.exec(output);
        if (found) done(Number(found[1]));
      });
      server.on('exit', () => fail(new Error(`the copy ended: ${output}`)));
    });
    const reply = await new Promise<string>((done, fail) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.on('error', fail);
      socket.on('data', (chunk) => {
        done(chunk.toString());
        socket.destroy();
      });
    });
    expect(reply).toBe('+PONG\r\n');
  });

  test('of the first stage satisfies the compiler', () => {
    const folder = copyOf(findStage('01')!);
    const compiler = join(folder, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '--noEmit'], { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe('inside a fork', () => {
  /** Runs one of its npm scripts, from anywhere. */
  function npmIn(folder: string, ...args: string[]) {
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|FORCE_COLOR$|VITEST)/i.test(name));
    const env = { ...Object.fromEntries(own), NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, env, encoding: 'utf8' });
    return { code: status, stdout, output: stdout + stderr };
  }

  test('npm test judges the fork, and npm run diff compares it', { timeout: 120_000 }, () => {
    const folder = join(scratchTree({ a: '' }).root, 'my redis');
    fork(findStage('01')!, folder);
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const judged = npmIn(folder, 'test', '--', '-t', 'ioredis connects');
    expect(judged.output).toContain('ioredis connects');
    expect(judged.code).toBe(0);
    appendFileSync(join(folder, 'server/main.ts'), '// mine\n');
    expect(npmIn(folder, 'run', 'diff').stdout).toContain('+// mine\n');
    expect(npmIn(folder, 'run', 'diff', '05', '--', '--stat').stdout).toContain('stages/04-streams → stages/05-transactions');
    expect(npmIn(folder, 'run', 'hint', '01').code).toBe(0);
  });

  test('a course that has moved is one line', () => {
    const folder = join(scratchTree({ a: '' }).root, 'mine');
    startAnew(findStage('01')!, folder, STARTERS['javascript']!, join(folder, 'gone'));
    const { code, output } = npmIn(folder, 'test');
    expect(output).toMatch(/^The course is not in .*gone: write its folder into package\.json, at "course"$/m);
    expect(code).toBe(1);
  });
});

describe('starter lines', () => {
  const hasPython = spawnSync('python3', ['--version']).status === 0;

  for (const language of ['javascript', 'python']) {
    test(`in ${language} listen on the port that they are given, and answer nothing`, { timeout: 60_000 }, async (context) => {
      if (language === 'python' && !hasPython) context.skip('python3 is not on the PATH');
      const folder = join(scratchTree({ a: '' }).root, 'my redis');
      const made = runToolIn(PROJECT_ROOT, 'fork', ['01', folder, '--language', language]);
      expect(made.code).toBe(0);
      const { course } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { course: { cmd: string } };
      expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`\`${course.cmd}\``);
      const port = await freePort();
      const [program, ...args] = course.cmd.replace('{port}', String(port)).replace('{flags}', '--timeout 1').split(' ');
      const server = spawn(program!, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      endWithUs(server);
      onTestFinished(() => void server.kill('SIGKILL'));
      await new Promise<void>((done) => server.stdout.on('data', (text) => String(text).includes(`port ${port}`) && done()));
      const client = await Client.open('127.0.0.1', port);
      client.write('*1\r\n$4\r\nPING\r\n');
      const other = await Client.open('127.0.0.1', port);
      await other.close();
      expect(client.pending).toBe(false);
      expect(await client.close()).toBeNull();
    });
  }

  test('another language is refused', () => {
    const { code, stderr } = runToolIn(scratchProject(FILES).root, 'fork', ['01', 'mine', '--language', 'cobol']);
    expect(stderr).toBe("--language takes javascript or python, not 'cobol'\n");
    expect(code).toBe(1);
  });
});

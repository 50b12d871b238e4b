import { spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findStage } from '#shared/manifest.ts';
import { newKeystrokes, stageCommand } from '#shared/tools/stage.ts';
import { refuseSwallowedFlags } from '#shared/tools/swallowed-flags.ts';
import { runToolIn, scratchProject, scratchTree, toolProcess, type Scratch } from './scratch.ts';

const OPTIONS = "export const optionTable = { port: 0, 'tcp-backlog': 0, loglevel: 0, bind: 0 };\n";

/** A stage that prints how it was started, and ends with code 3. */
const TELLTALE = 'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)])); process.exit(3);\n';

/** A project with a stage 07 alone. */
function project(main = TELLTALE): Scratch {
  const stage = { 'stages/07-aof/main.ts': main, 'stages/07-aof/options.ts': OPTIONS };
  return scratchProject({ ...stage, 'stages/notes/a.txt': '' });
}

const UNDER_NPM = { npm_lifecycle_event: 'stage' };

describe('npm run stage', () => {
  test.each(['07', 'aof'])('runs the stage that %s means', (query) => {
    const { root } = project();
    const { code, stdout } = runToolIn(root, 'stage', [query]);
    expect(JSON.parse(stdout)).toEqual([realpathSync(root)]);
    expect(code).toBe(3);
  });

  test('hands flags and a configuration file on as they are, --help included', () => {
    const { root } = project();
    const args = ['redis.conf', '--port', '7000', '--save', '', '--help', '--requirepass', 'a b'];
    expect(JSON.parse(runToolIn(root, 'stage', ['07', ...args]).stdout).slice(1)).toEqual(args);
  });

  test('the server runs in the folder in which the command was typed', () => {
    const { root } = project();
    const typedIn = join(root, 'stages/notes');
    expect(JSON.parse(runToolIn(root, 'stage', ['07'], { INIT_CWD: typedIn }).stdout)[0]).toBe(realpathSync(typedIn));
    expect(JSON.parse(runToolIn(root, 'stage', ['07'], {}, typedIn).stdout)[0]).toBe(realpathSync(typedIn));
  });

  test('works through npm, from a subfolder', () => {
    const { root } = project();
    const { env } = toolProcess(root, 'stage', []);
    const cwd = join(root, 'stages/notes');
    const args = ['run', '-s', 'stage', '7', '--', '--port', '1'];
    const { status, stdout } = spawnSync('npm', args, { cwd, env, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([realpathSync(cwd), '--port', '1']);
    expect(status).toBe(3);
  });

  test('without a stage lists them all', () => {
    const { code, stdout } = runToolIn(project().root, 'stage', []);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}\d\d /gm)).toHaveLength(12);
    expect(stdout).toMatch(/07 aof +A log of every write$/m);
    expect(stdout).toMatch(/08 replication .*\(not built yet\)$/m);
    expect(stdout).toMatch(/^npm run stage 07 runs one;/m);
  });

  test('an unknown stage gets the nearest, the list and exit code 1', () => {
    const { code, stdout, stderr } = runToolIn(project().root, 'stage', ['aoff', '--port', '1']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^There is no stage 'aoff'; did you mean 07-aof\?\n {2}01 ping/);
  });

  test('flags without a stage are asked for one, on either side of --', () => {
    const { root } = project();
    const behind = runToolIn(root, 'stage', ['--port', '1']);
    expect([behind.code, behind.stdout]).toEqual([1, '']);
    expect(behind.stderr).toMatch(/^Which stage\?\n {2}01 ping/);
    const before = runToolIn(root, 'stage', [], { ...UNDER_NPM, npm_config_tcp_backlog: '9' });
    expect([before.code, before.stdout]).toEqual([1, '']);
    expect(before.stderr).toContain('  npm run stage 07 -- --tcp-backlog 9\n');
  });

  test('a leading --help is its own', () => {
    const { code, stdout } = runToolIn(project().root, 'stage', ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('npm run stage 07 -- --port 7000');
  });

  test('flags that npm took are noticed, those of the stage alone', () => {
    const { root } = project();
    const taken = { ...UNDER_NPM, npm_config_tcp_backlog: 'true' };
    const { code, stdout, stderr } = runToolIn(root, 'stage', ['07', '9'], taken);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('  npm run stage 07 -- --tcp-backlog 9\n');
    expect(runToolIn(root, 'stage', ['07'], { ...UNDER_NPM, npm_config_prefix: '/usr' }).code).toBe(3);
  });
});

describe('refuseSwallowedFlags', () => {
  const flags = ['port', 'bind', 'tcp-backlog', 'loglevel', 'dry-run', 't'];
  const refuse = (argv: string[], taken: NodeJS.ProcessEnv) => {
    return () => refuseSwallowedFlags('stage', argv, flags, { ...UNDER_NPM, ...taken });
  };

  test.each([
    ['--port 7000', ['07', '7000'], { npm_config_port: 'true' }, '07 -- --port 7000'],
    ['--port=7000', ['07'], { npm_config_port: '7000' }, '07 -- --port 7000'],
    ['--tcp-backlog 9', ['7', '9'], { npm_config_tcp_backlog: 'true' }, '7 -- --tcp-backlog 9'],
    ['--bind "a b"', ['7', 'a b'], { npm_config_bind: 'true' }, "7 -- --bind 'a b'"],
    ['--dry-run', ['7'], { npm_config_dry_run: 'true' }, '7 -- --dry-run'],
    ['-t text', ['7', 'text'], { npm_config_t: 'true' }, '7 -- -t text'],
    ['two', ['7', '1', '::1'], { npm_config_port: 'true', npm_config_bind: 'true' }, '7 -- --port … --bind …'],
  ])('tells what was meant by %s', (_, argv, taken, meant) => {
    expect(refuse(argv, taken)).toThrow(`\n  npm run stage ${meant}`);
  });

  test('on Windows, where PowerShell may have kept a bare --, it is quoted', () => {
    const refused = () => refuseSwallowedFlags('stage', ['7', '9'], flags, { ...UNDER_NPM, npm_config_port: 'true' }, 'win32');
    expect(refused).toThrow(`'--' was missing, or PowerShell kept it. Type:\n  npm run stage 7 "--" --port 9`);
  });

  test('what may stand in an .npmrc is no flag, nor is what another script was given', () => {
    expect(refuse(['07'], { npm_config_loglevel: 'warn', npm_config_cache: '/tmp' })).not.toThrow();
    expect(refuse(['07'], { npm_lifecycle_event: 'ci', npm_config_port: '1' })).not.toThrow();
  });
});

describe('stageCommand', () => {
  test('starts the stage from any folder', () => {
    const { root } = project();
    const [program, ...args] = stageCommand(findStage('07', root)!, root);
    const elsewhere = scratchTree({ a: '' }).root;
    const { stdout } = spawnSync(program!, [...args, '--port', '5'], { cwd: elsewhere, encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([realpathSync(elsewhere), '--port', '5']);
  });
});

describe('signals', () => {
  // Prints each signal; ends by itself at the second one of a kind, with code 9, and at SIGTERM with code 0.
  const STUBBORN = `
    let interrupts = 0;
    process.on('SIGINT', () => { console.log('SIGINT'); if (++interrupts === 2) process.exit(9); });
    process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(0); });
    setInterval(() => {}, 1000);
    console.log('ready');
  `;

  function start() {
    const { argv, env } = toolProcess(project(STUBBORN).root, 'stage', ['07'], UNDER_NPM);
    const tool = spawn(argv[0]!, argv.slice(1), { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    onTestFinished(() => void tool.kill('SIGTERM'));
    let output = '';
    let heard = () => {};
    tool.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard();
    });
    const says = (text: string) =>
      new Promise<void>((done) => {
        heard = () => output.includes(text) && done();
        heard();
      });
    const ended = new Promise<number | null>((done) => tool.on('close', done));
    return { tool, says, ended, output: () => output };
  }

  test('SIGTERM reaches the server, and its exit code comes back', async () => {
    const { tool, says, ended, output } = start();
    await says('ready');
    tool.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output()).toBe('ready\nSIGTERM\n');
  });

  test('Ctrl-C reaches the server once, and a second Ctrl-C is another', async () => {
    const { tool, says, ended, output } = start();
    await says('ready');
    tool.kill('SIGINT');
    await says('SIGINT\n');
    await new Promise((done) => setTimeout(done, 150)); // a person is slower than npm
    expect(output()).toBe('ready\nSIGINT\n');
    tool.kill('SIGINT');
    expect(await ended).toBe(9);
  });

  test('a signal to the whole group, as a terminal sends it, reaches the server once', async () => {
    const { tool, says, ended, output } = start();
    await says('ready');
    process.kill(-tool.pid!, 'SIGINT');
    await says('SIGINT\n');
    tool.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output()).toBe('ready\nSIGINT\nSIGTERM\n');
  });

  test('what comes in twice within 100 ms is one keystroke', () => {
    const isNew = newKeystrokes();
    expect(isNew('SIGINT', 1000)).toBe(true);
    expect(isNew('SIGINT', 1002)).toBe(false);
    expect(isNew('SIGTERM', 1003)).toBe(true);
    expect(isNew('SIGTERM', 1103)).toBe(true);
    expect(isNew('SIGINT', 1104)).toBe(true);
  });

  test('a server that a signal ended gives 128 and the signal’s number', async () => {
    const { root } = project('process.kill(process.pid, "SIGKILL");\n');
    expect(runToolIn(root, 'stage', ['07']).code).toBe(137);
  });
});

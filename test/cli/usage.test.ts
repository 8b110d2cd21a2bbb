import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../../cli/commands.ts';
import { CLI, runProgram } from './rig.ts';

// Nothing here may reach for a daemon: there is no data directory, no home, no stdin.
const run = (...args: string[]) => runProgram(process.execPath, [CLI, ...args], { env: { PATH: process.env.PATH } });
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

test('--version, alone on stdout', async () => {
  for (const flag of ['--version', '-v']) assert.deepEqual(await run(flag), { code: 0, stdout: `${version}\n`, stderr: '' });
  assert.deepEqual(await run('sources', '--version', '--json'), { code: 0, stdout: `{"version":"${version}"}\n`, stderr: '' });
});

test('help of everything names every command', async () => {
  const { code, stdout, stderr } = await run('--help');
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  for (const { name, hidden } of commands) assert.equal(new RegExp(`^ {4}${name} {2}`, 'm').test(stdout), !hidden, name);
  assert.deepEqual(await run(), { code: 0, stdout, stderr: '' });
  assert.deepEqual(await run('help'), { code: 0, stdout, stderr: '' });
});

test('help of every command shows its usage, flags and examples', async () => {
  for (const { name, flags, examples } of commands) {
    const { code, stdout, stderr } = await run(...name.split(' '), '--help');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, name);
    assert.match(stdout, new RegExp(`\\$ executor ${name}`));
    for (const flag of Object.keys(flags ?? {})) assert.ok(stdout.includes(`--${flag} `), `${name} --${flag}`);
    for (const example of examples) assert.ok(stdout.includes(`$ executor ${example}`), example);
  }
});

test('help of a group lists its commands', async () => {
  const { code, stdout } = await run('policy', '--help');
  assert.equal(code, 0);
  assert.match(stdout, /policy list[\s\S]*policy set[\s\S]*policy remove[\s\S]*policy explain/);
  assert.doesNotMatch(stdout, /daemon start/);
  assert.equal((await run('policy')).stdout, stdout);
  assert.equal((await run('help', 'policy')).stdout, stdout);
});

const WRONG: [string[], string][] = [
  [['soruces'], 'executor: unknown command "soruces"\n  Did you mean "executor sources"?\n'],
  [['tools', 'serach', 'x'], 'executor: unknown command "tools serach"\n  Did you mean "executor tools search"?\n'],
  [['zzzzzzzzz'], 'executor: unknown command "zzzzzzzzz"\n  All commands: executor --help\n'],
  [['sources', '--jsno'], 'executor: unknown flag --jsno for "executor sources"\n  Did you mean --json?\n'],
  [['--jsno'], 'executor: unknown flag --jsno\n  Did you mean --json?\n'],
  [['tools', 'search'], 'executor: <query...> is missing\n  Usage: executor tools search <query...>\n'],
  [['tools', 'search', 'x', '--limit', 'many'], 'executor: --limit must be a number from 1 to 1000, not "many"\n'],
  [['call'], 'executor: <path...> is missing\n  Usage: executor call <path...> [arguments...]\n'],
  [['call', 'a.b', '{oops'], 'executor: the arguments cannot be read as JSON'],
  [['add', '/no/such/file'], 'executor: /no/such/file is neither an http(s) URL nor a file, nor a program on the PATH\n'],
  [['add', 'http://x', '--header', 'X'], 'executor: --header takes name=value\n'],
  [
    ['add', 'http://x', '--header-from-env', 'X=NOT_SET_ANYWHERE'],
    'executor: the environment variable NOT_SET_ANYWHERE is empty or not set\n',
  ],
  [['resume'], 'executor: --execution-id is missing\n  What waits: executor pending\n'],
  [['resume', '--execution-id', 'x', '--action', 'acept'], 'executor: unknown action acept\n  Did you mean accept?\n'],
  [['policy', 'set', 'a.*', 'alow'], 'executor: a rule says allow, ask or block, not "alow"\n  Did you mean allow?\n'],
  [['web', '--port', '1'], 'executor: --port needs --foreground\n'],
  [['web', '--foreground', '--port', 'x'], 'executor: --port must be a number from 0 to 65535, not "x"\n'],
  [['daemon', 'logs', '--lines', '0'], 'executor: --lines must be a number from 1, not "0"\n'],
];
for (const [args, expected] of WRONG) {
  test(`exit 2: executor ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.ok(stderr.startsWith(expected), stderr);
  });
}

test('without a home and a data directory: a clear error, exit 6', async () => {
  const { code, stderr } = await runProgram(process.execPath, [CLI, 'sources'], { env: { PATH: process.env.PATH, HOME: 'relative' } });
  assert.equal(code, 6);
  assert.match(stderr, /set EXECUTOR_DATA_DIR/);
});

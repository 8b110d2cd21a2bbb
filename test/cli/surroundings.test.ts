import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLI, openRig, type Rig, runProgram } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addShop();
});
after(() => rig.close());

const quoted = (...words: string[]) => words.map(word => `'${word}'`).join(' ');
const sh = (line: string, env = rig.env) => runProgram('/bin/sh', ['-c', line], { env, cwd: rig.home });

test('stdin closed, stderr closed, stdout into a reader that leaves', async () => {
  const list = quoted(process.execPath, CLI, 'tools', 'list');
  assert.match((await sh(`${list} <&-`)).stdout, /shop\.books\.list/);
  assert.match((await sh(`${list} 2>&-`)).stdout, /shop\.books\.list/);
  const headed = await sh(`${list} | head -n 1; ${list} --json | true`);
  assert.deepEqual({ ...headed, stdout: headed.stdout.replace(/ +/g, ' ') }, { code: 0, stdout: 'PATH EFFECT DESCRIPTION\n', stderr: '' });
});

test('no HOME, an unknown TERM, a working directory that is gone', async () => {
  const { HOME: _, ...env } = rig.env;
  assert.equal((await sh(quoted(process.execPath, CLI, 'sources'), { ...env, TERM: 'dumb' })).code, 0);
  const gone = join(rig.home, 'gone');
  mkdirSync(gone);
  const child = spawn('/bin/sh', ['-c', `sleep 0.3; exec ${quoted(process.execPath, CLI, 'sources', '--json')}`], {
    cwd: gone,
    env: rig.env as NodeJS.ProcessEnv,
  });
  rmSync(gone, { recursive: true });
  const code = await new Promise(resolve => child.on('close', resolve));
  assert.equal(code, 0);
});

test('colour on a terminal, none with NO_COLOR, none in a pipe', { skip: process.platform !== 'linux' }, async () => {
  const line = quoted(process.execPath, CLI, 'sources');
  const terminal = (env: Record<string, string | undefined>) =>
    runProgram('script', ['-qfec', line, '/dev/null'], { env, cwd: rig.home, input: '' });
  const { NO_COLOR: _, ...env } = rig.env;
  assert.ok((await terminal({ ...env, TERM: 'xterm' })).stdout.includes('\u001b[2m'));
  assert.ok(!(await terminal({ ...rig.env, TERM: 'xterm' })).stdout.includes('\u001b[2m'));
  assert.ok(!(await sh(line, env)).stdout.includes('\u001b'));
});

test('tables fit the terminal, with paths and ids whole; into a pipe a row is a line', { skip: process.platform !== 'linux' }, async () => {
  const id = await rig.pause();
  const read = await rig.run(['executions', '--json']);
  assert.match(read.stdout, new RegExp(id));
  for (const width of [48, 80, 200]) {
    for (const words of [['tools', 'list'], ['executions'], ['audit', 'list'], ['sources']]) {
      const line = `stty cols ${width}; ${quoted(process.execPath, CLI, ...words)}`;
      const { stdout } = await runProgram('script', ['-qfec', line, '/dev/null'], { env: rig.env, cwd: rig.home, input: '' });
      const lines = stdout.split(/\r?\n/);
      assert.ok(lines.length > 2, stdout);
      for (const each of lines) assert.ok(each.length <= width, `${words.join(' ')} at ${width}: ${each}`);
      if (words[0] === 'tools') assert.match(stdout, /^shop\.orders\.create\b/m);
      if (words[0] === 'executions') assert.match(stdout, new RegExp(`^${id}\\b`, 'm'));
    }
  }
  const piped = (await rig.run(['executions'])).stdout.split('\n');
  assert.ok(piped.find(each => each.startsWith(id))?.endsWith('shop.orders.create'));
});

test('progress of what takes over a second, on stderr only', async () => {
  rig.shop.delayMs = 1_800;
  const slow = await rig.run(['call', 'shop.books.list'], { keepProgress: true });
  rig.shop.delayMs = 0;
  assert.equal(slow.code, 0);
  assert.equal(slow.stderr, 'shop.books.list runs…\n');
});

test('watch tells of changes as they come, and ends when nobody reads', async () => {
  const child = spawn(process.execPath, [CLI, 'executions', 'watch', '--json'], {
    env: rig.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let heard = '';
  child.stdout.on('data', chunk => {
    heard += chunk;
  });
  for (let i = 0; i < 40 && !heard.includes('"state":"done"'); i++) {
    await rig.run(['call', 'shop.books.list']);
    await sleep(100);
  }
  const views = heard
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  assert.ok(views.some(view => view.state === 'done' && view.tool === 'shop.books.list'));
  const ended = new Promise(resolve => child.on('close', resolve));
  child.stdout.destroy();
  await rig.run(['call', 'shop.books.list']);
  assert.equal(await ended, 0);
});

test('watch of one execution ends with it', async () => {
  const id = await rig.pause();
  const watching = rig.run(['executions', 'watch', id]);
  await sleep(300);
  await rig.run(['resume', '--execution-id', id]);
  const { code, stdout } = await watching;
  assert.equal(code, 0);
  assert.match(stdout, /awaitingApproval[\s\S]* done /);
});

test('mcp: the protocol on stdout and nothing else', async () => {
  const say = (id: number, method: string, params: unknown) => `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
  const hello = say(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } });
  const { code, stdout } = await rig.run(['mcp'], { input: hello });
  assert.equal(code, 0);
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  assert.equal(lines[0].id, 1);
  assert.equal(lines[0].result.protocolVersion, '2025-06-18');
});

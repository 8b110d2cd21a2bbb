import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { DIST } from '../daemon.ts';
import { lastFirst } from '../upstream-recorder.ts';
import { examplesOf, golden, page } from './example.ts';
import { openShell } from './shell.ts';

const t = lastFirst({ after });

const shell = openShell(t);
const { env } = shell;
/** What this run has in place of the README's shop. */
let shop = '';

/** `npm start`, and what it says first. */
before(async () => {
  const child = spawn(process.execPath, [join(DIST, 'start.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise(resolve => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('Ctrl-C')) break;
  }
  shop = /executor add (http:\/\/[\d.:]+)/.exec(text)![1]!;
});

const readme = page('README.md');
const { runs, unrun } = examplesOf(readme);

test('the README has its examples', () => assert.ok(runs.length >= 10));

test('every shell command of the README runs in a test, or says why it does not', () => {
  assert.deepEqual(
    unrun.filter(({ reason }) => reason === undefined),
    [],
  );
});

for (const example of runs) {
  const { line, commands, exits, printed } = example;
  test(`README line ${line} runs as printed: ${commands.trim().split('\n')[0]!.slice(0, 80)}`, async () => {
    const { code, stdout, stderr } = await shell.run(example, { 'http://127.0.0.1:4789': shop });
    assert.equal(code, exits, stdout + stderr);
    if (exits === 0) assert.deepEqual([stderr, /"error"/.test(stdout)], ['', false], stdout);
    const names = { [shell.url()]: 'http://127.0.0.1:4788', [shop]: 'http://127.0.0.1:4789' };
    if (printed !== undefined) assert.equal(golden(stdout + stderr, names), golden(printed));
  });
}

test('the MCP configuration of the README starts a server with the five tools', async () => {
  const [, json] = /<!-- an MCP client runs this -->\n```json\n([\s\S]*?)```/.exec(readme)!;
  const { command, args } = JSON.parse(json!).mcpServers.executor as { command: string; args: string[] };
  const client = new Client({ name: 'readme', version: '1' });
  const at = args.map(arg => arg.replace('/path/to/executor/dist', DIST));
  await client.connect(new StdioClientTransport({ command, args: at, env }) as Parameters<typeof client.connect>[0]);
  const { tools } = await client.listTools();
  await client.close();
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['call', 'describe', 'execute', 'resume', 'search']);
});

test('the README names every exit code and every variable there is', () => {
  for (const code of [0, 1, 2, 3, 4, 5, 6]) assert.match(readme, new RegExp(`^\\| ${code} +\\|`, 'm'));
  for (const name of ['DATA_DIR', 'PORT', 'HOST', 'URL', 'TOKEN', 'PUBLIC_URL', 'ALLOW_PRIVATE', 'LOG'])
    assert.ok(readme.includes(`EXECUTOR_${name}`), name);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../cli/rig.ts';
import { install, node } from '../conformance/suite.ts';
import { DIST } from '../daemon.ts';
import { daemonWithShop } from '../mcp/daemon.ts';

/**
 * `npm run clients`: real MCP clients from npm, without a window, against the built daemon. Each lists the tools, reads, and has a write pause
 * that a person then approves. `add-mcp` writes the configurations of other clients, from which `mcporter` connects: over HTTP and by
 * launching `executor mcp`. The clients are installed on first use, without running scripts. Last comes the official Python client, where it can be had.
 */
const MCPORTER = 'mcporter@0.7.3';
const ADD_MCP = 'add-mcp@2.4.0';
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
const PYTHON = 'mcp==2.3.0';
const READ = { path: 'shop.books.list' };
const ORDER = { path: 'shop.orders.create', input: { book: 1 } };

const entry = (spec: string, file: string) => {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  return join(install(spec.replaceAll(/[@/]/g, '-'), [spec]), 'node_modules', name, file);
};
const place = mkdtempSync(join(tmpdir(), 'executor-clients-'));
const ends: (() => unknown)[] = [() => rmSync(place, { recursive: true, force: true })];
// biome-ignore lint/suspicious/noExplicitAny: what clients print is looked at, not typed
type Printed = any;

/** Runs a program with a home of its own; what it prints on stdout. */
async function printed(file: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runProgram(file, args, {
    cwd: place,
    env: { PATH: process.env.PATH, HOME: place, NO_COLOR: '1', ...env },
  });
  assert.equal(code, 0, `${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

try {
  const daemon = await daemonWithShop({ after: end => void ends.unshift(end) });
  const approve = (id: string) => daemon.ask('POST', `/api/executions/${id}/resume`, { action: 'accept' });
  let orders = 0;

  /** What every client is to do; `call` gives the structured content. */
  async function use(name: string, call: (tool: string, args: Record<string, unknown>) => Promise<Printed>): Promise<void> {
    assert.equal((await call('call', READ)).status, 'done', name);
    const { status, executionId } = await call('call', ORDER);
    assert.equal(status, 'paused', name);
    assert.equal((await approve(executionId)).state, 'done');
    assert.equal((await call('resume', { executionId })).status, 'done', name);
    assert.equal(daemon.shop.count('POST /orders'), ++orders);
    console.log(`${name}: reads, pauses, resumes`);
  }

  const porter = entry(MCPORTER, 'dist/cli.js');
  const byPorter = (config: string) => async (tool: string, args: Record<string, unknown>) => {
    const asked = ['--config', config, 'call', `executor.${tool}`, '--args', JSON.stringify(args), '--output', 'raw'];
    return structuredIn(await printed(process.execPath, [porter, ...asked]));
  };
  const add = entry(ADD_MCP, 'dist/index.js');
  await printed(process.execPath, [add, `${daemon.url}/mcp`, '-n', 'executor', '-a', 'cursor', '-a', 'claude-code', '-a', 'vscode', '-y']);
  for (const config of ['.cursor/mcp.json', '.mcp.json', '.vscode/mcp.json']) {
    assert.ok(readFileSync(join(place, config), 'utf8').includes(`${daemon.url}/mcp`), config);
  }
  await use(`${ADD_MCP} for Cursor, read by ${MCPORTER}`, byPorter('.cursor/mcp.json'));
  await use(`${ADD_MCP} for Claude Code, read by ${MCPORTER}`, byPorter('.mcp.json'));

  rmSync(join(place, '.mcp.json'));
  const { env } = daemon.bridge();
  const launched = ['--env', `EXECUTOR_DATA_DIR=${env.EXECUTOR_DATA_DIR}`, '--env', `PATH=${env.PATH}`];
  await printed(process.execPath, [
    add,
    `${process.execPath} ${join(DIST, 'cli.js')} mcp`,
    '-n',
    'executor',
    ...launched,
    '-a',
    'claude-code',
    '-y',
  ]);
  assert.ok(existsSync(join(place, '.mcp.json')));
  await use(`${ADD_MCP} of the command, launched by ${MCPORTER}`, byPorter('.mcp.json'));

  const inspector = entry(INSPECTOR, 'clients/launcher/build/index.js');
  const inspect = (method: string[]) =>
    printed(node(), [inspector, '--cli', `${daemon.url}/mcp`, '--transport', 'http', '--method', ...method]);
  assert.deepEqual(
    (JSON.parse(await inspect(['tools/list'])) as { tools: { name: string }[] }).tools.map(({ name }) => name),
    ['search', 'describe', 'call', 'execute', 'resume'],
  );
  await use(INSPECTOR, async (tool, args) => {
    const given = Object.entries(args).flatMap(([name, value]) => [
      '--tool-arg',
      `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    return JSON.parse(await inspect(['tools/call', '--tool-name', tool, ...given])).structuredContent;
  });

  const python = pythonClient();
  if (python) {
    const { args, command, env: surroundings } = daemon.bridge();
    const ways = [
      ['legacy', `${daemon.url}/mcp`, 'over HTTP in a session'],
      ['2026-07-28', `${daemon.url}/mcp`, 'over HTTP without sessions'],
      ['legacy', JSON.stringify([command, ...args]), 'launching the command'],
    ] as const;
    for (const [mode, target, how] of ways) {
      await use(`${PYTHON}, ${how}`, async (tool, given) => {
        const asked = [fileURLToPath(new URL('./mcp-client.py', import.meta.url)), mode, target, tool, JSON.stringify(given)];
        const { tools, structured } = JSON.parse(await printed(python, asked, surroundings)) as Printed;
        assert.deepEqual(tools, ['search', 'describe', 'call', 'execute', 'resume']);
        return structured;
      });
    }
  }
} finally {
  for (const end of ends) await end();
}

/** A Python that has the official client, in an environment of its own; undefined, and said so, where there is none to be had. */
function pythonClient(): string | undefined {
  const directory = join(import.meta.dirname, '../../node_modules/.cache/executor-python');
  const python = join(directory, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const run = (file: string, args: string[]) => execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
  try {
    if (!existsSync(python)) run('python3', ['-m', 'venv', directory]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--quiet', '--retries', '1', '--only-binary', ':all:', PYTHON]);
    return python;
  } catch (error) {
    console.log(`${PYTHON}: NOT RUN: it cannot be had here (${error instanceof Error ? error.message : error})`);
    return undefined;
  }
}

/** mcporter prints the whole result as a JavaScript object; its first text is enough to know the status, and ids are in it. */
function structuredIn(raw: string): Printed {
  const status = /status: '(\w+)'/.exec(raw)?.[1];
  return { status, executionId: /executionId: '(exec_\w+)'/.exec(raw)?.[1] };
}

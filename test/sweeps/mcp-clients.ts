import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../cli/rig.ts';
import { install, node } from '../conformance/suite.ts';
import { DIST } from '../daemon.ts';
import { daemonWithShop } from '../mcp/daemon.ts';

/**
 * `npm run clients`: real MCP clients from npm, without a window, against the built daemon. Each lists the tools, reads, and has a write pause
 * that a person then approves. `add-mcp` writes the configurations of other clients, from which `mcporter` connects: over HTTP and by
 * launching `executor mcp`. The clients are installed on first use, without running scripts.
 */
const MCPORTER = 'mcporter@0.7.3';
const ADD_MCP = 'add-mcp@2.4.0';
const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0';
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
async function printed(file: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(file, args, {
    cwd: place,
    env: { PATH: process.env.PATH, HOME: place, NO_COLOR: '1' },
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
} finally {
  for (const end of ends) await end();
}

/** mcporter prints the whole result as a JavaScript object; its first text is enough to know the status, and ids are in it. */
function structuredIn(raw: string): Printed {
  const status = /status: '(\w+)'/.exec(raw)?.[1];
  return { status, executionId: /executionId: '(exec_\w+)'/.exec(raw)?.[1] };
}
